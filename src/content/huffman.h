// SPDX-License-Identifier: Apache-2.0
// Canonical Huffman codes, given by their lengths, as in XPRESS and LZX: shorter codes first, equal
// lengths in the order of the symbols, most significant bit first. The memory is fixed, whatever
// the lengths.
#pragma once

#include "base/types.h"

#include <algorithm>
#include <array>

namespace coldsweep {

/// Decodes codes of up to `TableBits` bits with one look-up, and longer ones with a short search.
/// Codes are at most 16 bits long.
template <std::size_t Symbols, unsigned TableBits> class HuffmanDecoder {
  static_assert(Symbols <= 512 && TableBits < 16);

public:
  static constexpr unsigned kLongest = 16;

  struct Code {
    u16 symbol = 0;
    u16 length = 0; ///< 0: these bits are not a code
  };

  /// Returns false if the lengths ask for more codes than exist. decode() detects bits that no code
  /// is assigned to.
  [[nodiscard]] bool build(std::span<const u8, Symbols> lengths) {
    std::array<u16, kLongest + 1> count{};
    for (const u8 length : lengths) ++count[length];
    // For the next length: its first code, left-justified in 16 bits, and that code's place in
    // `sorted_`.
    u32 first = 0, sorted = 0;
    std::array<u16, kLongest + 1> place{};
    for (unsigned length = 1; length <= kLongest; ++length) {
      place[length] = static_cast<u16>(sorted);
      offset_[length] = static_cast<i32>(sorted) - static_cast<i32>(first >> (16 - length));
      first += u32{count[length]} << (16 - length);
      sorted += count[length];
      limit_[length] = first;
    }
    if (first > 0x10000) return false;
    for (std::size_t symbol = 0; symbol < Symbols; ++symbol)
      if (lengths[symbol] != 0) sorted_[place[lengths[symbol]]++] = static_cast<u16>(symbol);
    fill_table(count);
    return true;
  }

  /// The code that the next 16 bits begin with.
  Code decode(u32 next) const {
    const u16 entry = table_[next >> (16 - TableBits)];
    if (entry != 0) [[likely]]
      return {static_cast<u16>(entry >> 4), static_cast<u16>(entry & 15)};
    for (unsigned length = TableBits + 1; length <= kLongest; ++length)
      if (next < limit_[length])
        return {
            sorted_[static_cast<u32>(static_cast<i32>(next >> (16 - length)) + offset_[length])],
            static_cast<u16>(length)};
    return {};
  }

private:
  using i32 = std::int32_t;

  void fill_table(const std::array<u16, kLongest + 1>& count) {
    std::size_t at = 0, sorted = 0;
    for (unsigned length = 1; length <= TableBits; ++length) {
      for (unsigned i = 0; i < count[length]; ++i) {
        const std::size_t entries = std::size_t{1} << (TableBits - length);
        std::fill_n(table_.begin() + static_cast<std::ptrdiff_t>(at), entries,
                    static_cast<u16>(u32{sorted_[sorted++]} << 4 | length));
        at += entries;
      }
    }
    std::fill(table_.begin() + static_cast<std::ptrdiff_t>(at), table_.end(), u16{0});
  }

  /// symbol << 4 | length; 0 for longer codes
  std::array<u16, std::size_t{1} << TableBits> table_{};
  std::array<u16, Symbols> sorted_{};      ///< symbols in the order of their codes
  std::array<u32, kLongest + 1> limit_{};  ///< first 16 bits past the codes of a length
  std::array<i32, kLongest + 1> offset_{}; ///< from a code to its place in `sorted_`
};

} // namespace coldsweep
