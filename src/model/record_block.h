// SPDX-License-Identifier: Apache-2.0
// A run of log records: what is cut out of a stream by content/ and judged one by one by rules/.
// Plain values; the bytes belong to whoever cut them, until the next block.
#pragma once

#include "base/types.h"

#include <algorithm>
#include <vector>

namespace coldsweep {

struct LogRecord {
  u64 offset = 0; ///< in the block's bytes
  u64 length = 0;
  u64 line = 0;   ///< 1-based; of an event log the number of the event record
  u32 layout = 0; ///< which description of the fields was in force; private to the reader
};

/// Bytes of the block and where they stand in the stream.
struct RecordPiece {
  u64 block_offset = 0;
  u64 stream_offset = 0;
};

struct RecordBlock {
  ByteView bytes;
  std::vector<LogRecord> records;  ///< in the order of their offsets, apart from each other
  std::vector<RecordPiece> pieces; ///< in the order of block offsets; the first begins at 0

  ByteView bytes_of(const LogRecord& record) const {
    return bytes.subspan(record.offset, record.length);
  }
  u64 stream_offset(u64 block_offset) const {
    const auto after = std::upper_bound(
        pieces.begin(), pieces.end(), block_offset,
        [](u64 offset, const RecordPiece& piece) { return offset < piece.block_offset; });
    if (after == pieces.begin()) return block_offset;
    const RecordPiece& piece = *(after - 1);
    return piece.stream_offset + (block_offset - piece.block_offset);
  }
};

} // namespace coldsweep
