// SPDX-License-Identifier: Apache-2.0
// Hashes in memory: a sorted array of digests for each kind, and what the list says of each. Filled
// by one thread, then read by any.
#pragma once

#include "base/hash.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// The hash of zero bytes says nothing about a file, whichever list has it.
bool is_hash_of_nothing(std::string_view hex);

class HashList {
public:
  /// Lower-case hex of 32, 40 or 64 digits.
  void add(std::string_view hex, std::string_view note);
  /// Sorts; nothing may be added afterwards. If a hash was added twice, its first note stays.
  void finish();

  /// The strongest of the hashes that is in the list, with its note; absent if none is.
  struct Entry {
    std::string hash; ///< `sha256:ab12...`
    std::string note;
  };
  std::optional<Entry> find(const Hashes& hashes) const;
  bool contains_sha256(std::string_view hex) const;

  HashKinds kinds() const;
  u64 size() const { return md5_.size() + sha1_.size() + sha256_.size(); }

private:
  template <std::size_t N> struct Row {
    std::array<u8, N> digest;
    u32 note; ///< index into notes_
  };
  template <std::size_t N> using Table = std::vector<Row<N>>;
  template <std::size_t N> static const Row<N>* find(const Table<N>& table, std::string_view hex);

  Table<16> md5_;
  Table<20> sha1_;
  Table<32> sha256_;
  std::vector<std::string> notes_{std::string()};
};

} // namespace coldsweep
