// SPDX-License-Identifier: Apache-2.0
// LZX as WIM files and WOF use it: independent chunks of up to 32 KiB. Format: MS-PATCH (LZX DELTA)
// for blocks, trees and matches; lzx.cc says what WIM changes.
#pragma once

#include "content/huffman.h"

namespace coldsweep {

class LzxReader;

/// One decoder per thread. It holds only tables of fixed size.
class Lzx {
public:
  static constexpr std::size_t kChunk = 32768;

  /// Fills all of `into`, at most kChunk bytes. Throws FormatError with the offset in `compressed`
  /// where the data ends early or is invalid; the content of `into` is then undefined.
  void decompress(ByteView compressed, MutableBytes into);

private:
  static constexpr std::size_t kMainSymbols = 256 + 30 * 8; // 30 slots reach back 32 KiB
  static constexpr std::size_t kLengthSymbols = 249;
  static constexpr std::size_t kAlignedSymbols = 8;
  enum class Block : u8 { verbatim = 1, aligned = 2, uncompressed = 3 };

  void read_codes(LzxReader& reader, Block type);
  void copy_uncompressed(LzxReader& reader, MutableBytes out);
  template <bool Aligned>
  void read_block(LzxReader& reader, MutableBytes into, std::size_t at, std::size_t end);
  template <bool Aligned> std::size_t match_distance(LzxReader& reader, unsigned slot);

  HuffmanDecoder<kMainSymbols, 11> main_codes_;
  HuffmanDecoder<kLengthSymbols, 9> length_codes_;
  HuffmanDecoder<kAlignedSymbols, 7> aligned_codes_;
  std::array<u8, kMainSymbols> main_lengths_{};
  std::array<u8, kLengthSymbols> length_lengths_{};
  std::array<u32, 3> recent_{}; ///< the distances used last
};

} // namespace coldsweep
