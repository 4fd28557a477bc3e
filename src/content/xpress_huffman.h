// SPDX-License-Identifier: Apache-2.0
// XPRESS with Huffman codes, as in WOF's chunks of up to 16 KiB. Format: MS-XCA 2.1 and 2.2,
// "LZ77+Huffman".
#pragma once

#include "content/huffman.h"

namespace coldsweep {

/// A chunk is one block: 256 bytes of code lengths, then the codes. One decoder per thread. It
/// holds only tables of fixed size.
class XpressHuffman {
public:
  /// Fills all of `into`, at most 64 KiB. Throws FormatError with the offset in `compressed` where
  /// the data ends early or is invalid; the content of `into` is then undefined.
  void decompress(ByteView compressed, MutableBytes into);

private:
  static constexpr std::size_t kSymbols = 512;
  HuffmanDecoder<kSymbols, 11> codes_;
};

} // namespace coldsweep
