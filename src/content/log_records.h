// SPDX-License-Identifier: Apache-2.0
// A log in memory -> its records, block by block. One thread. The content must outlive the reader.
#pragma once

#include "content/log_kind.h"
#include "content/log_time.h"
#include "model/record_block.h"

#include <memory>
#include <string>
#include <vector>

namespace coldsweep {

class RecordReader {
public:
  virtual ~RecordReader() = default;
  /// Returns false at the end. What `block` shows is valid until the next call.
  virtual bool next(RecordBlock& block) = 0;
  /// The record's own time, if it can be read. `record` must be one of the last block's.
  virtual std::optional<LogTime> time_of(const RecordBlock& block,
                                         const LogRecord& record) const = 0;
  /// Where the log is damaged, so far: `at offset 4096: ...`. The number of entries is bounded.
  virtual std::vector<std::string> damage() const { return {}; }
};

/// Event records of an EVTX file, found by the signatures of chunks and records, regardless of the
/// file header. A record's bytes are followed by those of the chunk's templates that it refers to,
/// since these hold the provider's name.
std::unique_ptr<RecordReader> event_records(ByteView content);

/// Event records, lines, or the whole stream as one record. A line doesn't include its end (LF or
/// CR LF). Empty lines, and those of zeros alone, are left out but counted.
std::unique_ptr<RecordReader> records_of(ByteView content, RecordForm form);

} // namespace coldsweep
