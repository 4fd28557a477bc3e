// SPDX-License-Identifier: Apache-2.0
// A stream that is a log -> findings of the log rules in its records, and the time span it covers.
// One LogExaminer a thread.
#pragma once

#include "content/log_kind.h"
#include "examine/names_scan.h"
#include "model/outcome.h"
#include "rules/record_scanner.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coldsweep {

struct LogExamination {
  LogSpan span;
  std::vector<Finding> findings; ///< cause, matches (offsets in the stream) and place in the log
  std::vector<std::string> truncated;    ///< findings or matches that were left out
  std::vector<std::string> damage;       ///< where the log is malformed
  std::vector<ScanFailure> failed_rules; ///< which were not judged in all records
  std::optional<ScanFailure> failure;    ///< why not all records were judged
  u64 unjudged = 0;                      ///< bytes from the first record that was not judged
};

class LogExaminer {
public:
  explicit LogExaminer(const RuleSet& rules, Prefiltering prefiltering = Prefiltering::on);

  /// Whether further names of a stream can change the result.
  bool reads_externals() const { return scanner_.reads_externals(); }

  /// `names` are the externals under each name of the stream, that of its path first.
  /// Throws Stopped with the deadline.
  LogExamination examine(ByteView content, const LogKind& kind, std::span<const Externals> names,
                         const Deadline& deadline);

private:
  RecordScanner scanner_;
};

} // namespace coldsweep
