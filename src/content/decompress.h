// SPDX-License-Identifier: Apache-2.0
// Compressed bytes -> bytes, by zlib, libbz2 and liblzma. All that comes before damage, or before
// the end of a stream that was cut, is delivered, as zcat and xzcat do. libarchive, in contrast,
// gives up the block that it was about to return. Any thread. Private to content/.
#pragma once

#include "base/types.h"

#include <functional>
#include <string>

namespace coldsweep {

enum class Codec : u8 {
  deflate, ///< raw (RFC 1951)
  bzip2,
  xz,
  lzma, ///< the older format, with a header of 13 bytes ("LZMA_Alone")
};

enum class DecodeEnd : u8 {
  whole,
  cut, ///< the input ended first
  damaged,
  no_memory, ///< or more than the decoder may take
  stopped,   ///< by the receiver
};

struct Decoded {
  DecodeEnd end = DecodeEnd::whole;
  u64 consumed = 0; ///< bytes of the input, up to the end of the stream or the damage
  std::string why;  ///< the decoder's word for damage; may be empty
};

/// Receives the next bytes and returns false to stop. Called at least once for each 64 KiB of
/// input, with no bytes if there are none, so that it can watch the time.
using TakeBytes = std::function<bool(ByteView)>;

/// Decodes one stream from the pieces of `from` in turn.
Decoded decode(Codec codec, std::span<const ByteView> from, const TakeBytes& take);

} // namespace coldsweep
