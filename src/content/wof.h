// SPDX-License-Identifier: Apache-2.0
// What WOF compressed -> the bytes that Windows reads. The stored stream is a table of where chunks end (none for a single
// chunk; 32 bits an entry, 64 from 4 GiB of content) and the chunks; one that did not shrink is stored as it is. Chunks
// are independent, so that damage costs no more than what it touches. One decoder a thread.
#pragma once

#include "content/lzx.h"
#include "content/xpress_huffman.h"
#include "filesystem/extents.h"
#include "model/stream.h"

#include <string>
#include <vector>

namespace coldsweep {

/// A range of a stream that WOF compressed; it begins where a chunk does, and ends so or with the stream.
struct WofRange {
  const StreamRef& stream;
  u64 offset = 0;
  MutableBytes into;
};

/// What could not be read or decompressed, in stream offsets, adjacent chunks merged. Its bytes are zeros.
struct WofGaps {
  std::vector<Gap> gaps;
  std::string
      damage; ///< the first chunk that is not what it should be; empty when all gaps are the media's
};

/// Why there is nothing to decode in a stream of which `placed` bytes stand on the volume; empty when there is.
std::string impossible_wof_table(const StreamRef& stream, u64 placed);

class WofDecoder {
public:
  /// Of a stream whose table is possible.
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
