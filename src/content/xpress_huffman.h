// SPDX-License-Identifier: Apache-2.0
// XPRESS with Huffman codes, as WOF stores chunks of up to 16 KiB. Format: MS-XCA 2.1 and 2.2, "LZ77+Huffman".
#pragma once

#include "content/huffman.h"

namespace coldsweep {

/// A chunk is one block: 256 bytes of code lengths, then the codes. One decoder a thread; it holds fixed tables only.
class XpressHuffman {
public:
  /// Fills `into`, at most 64 KiB, exactly. Throws FormatError naming the offset in `compressed` where the data breaks
  /// off or means what can't be; what `into` then holds is undefined.
  void decompress(ByteView compressed, MutableBytes into);

private:
  static constexpr std::size_t kSymbols = 512;
  HuffmanDecoder<kSymbols, 11> codes_;
};

} // namespace coldsweep
