// SPDX-License-Identifier: Apache-2.0
// A log in memory -> its records, block by block. One thread; the content outlives it.
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
  /// False at the end. What `block` shows is valid until the next call.
  virtual bool next(RecordBlock& block) = 0;
  /// As far as the record tells. `record` is one of the last block's.
  virtual std::optional<LogTime> time_of(const RecordBlock& block,
                                         const LogRecord& record) const = 0;
  /// Places where the log isn't what it should be, so far: `at offset 4096: ...`. Bounded in number.
  virtual std::vector<std::string> damage() const { return {}; }
};

/// Event records of an EVTX file, found by the signatures of chunks and records, whatever its header says. A record's
/// bytes are followed by those of the chunk's templates that it refers to, since these hold the provider's name.
std::unique_ptr<RecordReader> event_records(ByteView content);

/// Lines, and whole streams as one record. A line is a record without its end (LF or CR LF); empty ones, and those of
/// zeros alone, are left out but counted.
std::unique_ptr<RecordReader> records_of(ByteView content, RecordForm form);

} // namespace coldsweep
