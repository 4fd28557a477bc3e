// SPDX-License-Identifier: Apache-2.0
// Content compressed by WOF -> the bytes that Windows reads. The stored stream is a table of where
// chunks end (none for a single chunk; 32 bits per entry, 64 from 4 GiB of content on), followed by
// the chunks. A chunk that did not shrink is stored as it is. Chunks are independent, so damage
// affects only those that it touches. One decoder per thread.
#pragma once

#include "content/lzx.h"
#include "content/xpress_huffman.h"
#include "filesystem/extents.h"
#include "model/stream.h"

#include <string>
#include <vector>

namespace coldsweep {

/// A range of a stream compressed by WOF. It begins at a chunk, and ends at one or with the stream.
struct WofRange {
  const StreamRef& stream;
  u64 offset = 0;
  MutableBytes into;
};

/// What could not be read or decompressed, in stream offsets, adjacent chunks merged. Its bytes are
/// zeros.
struct WofGaps {
  std::vector<Gap> gaps;
  std::string damage;    ///< the first invalid chunk; empty if all gaps come from the media
  u64 damaged_bytes = 0; ///< of the gaps: chunks that are invalid
};

/// Why a stream with `placed` bytes on the volume can't be decoded; empty if it can.
std::string impossible_wof_table(const StreamRef& stream, u64 placed);

class WofDecoder {
public:
  /// The stream's table must be possible, see impossible_wof_table().
  WofGaps read(const ByteSource& source, const WofRange& range);

private:
  struct Chunk;
  struct Reading;
  void read_batch(Reading& reading, u64 first, std::size_t count);
  void read_stored(Reading& reading, std::span<const Chunk> run);
  void decode(Reading& reading, const Chunk& chunk, ByteView stored);

  XpressHuffman xpress_;
  Lzx lzx_;
  std::vector<std::byte> table_, stored_; ///< of fixed size once used
};

} // namespace coldsweep
