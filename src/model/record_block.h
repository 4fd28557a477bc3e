// SPDX-License-Identifier: Apache-2.0
// A block of log records: content/ cuts it out of a stream, and rules/ evaluates rules on each
// record. Plain values. The reader that made the block owns the bytes, until it makes the next one.
#pragma once

#include "base/types.h"

#include <algorithm>
#include <vector>

namespace coldsweep {

struct LogRecord {
  u64 offset = 0; ///< in the block's bytes
  u64 length = 0;
  u64 line = 0;   ///< 1-based; in an event log, the number of the event record
  u32 layout = 0; ///< which description of the fields applies; private to the reader
};

/// Consecutive bytes of the block that are also consecutive in the stream, and where they begin.
struct RecordPiece {
  u64 block_offset = 0;
  u64 stream_offset = 0;
};

struct RecordBlock {
  ByteView bytes;
  std::vector<LogRecord> records;  ///< by offset, without overlap
  std::vector<RecordPiece> pieces; ///< by block offset; the first begins at 0

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
