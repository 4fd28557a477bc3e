// SPDX-License-Identifier: Apache-2.0
// Records of a log -> matches of the log rules; libyara scans each record on its own. One
// RecordScanner for each thread; the RuleSet is shared and outlives it.
#pragma once

#include "base/deadline.h"
#include "model/record_block.h"
#include "rules/record_hit.h"
#include "rules/rule_set.h"
#include "rules/scanner.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct BlockScan {
  std::vector<RecordHit> hits; ///< by record, namespace and name
  bool timed_out = false;      ///< the time limit of the stream is reached: give up
  std::optional<std::string> error;
};

class RecordScanner {
public:
  explicit RecordScanner(const RuleSet& rules, Prefiltering prefiltering = Prefiltering::on);
  ~RecordScanner();
  RecordScanner(RecordScanner&&) noexcept;
  RecordScanner& operator=(RecordScanner&&) noexcept;

  /// Whether there is a log rule at all.
  bool has_rules() const;
  /// Whether further names of a stream can change a verdict.
  bool reads_externals() const;

  /// The blocks that follow belong to one stream, under one name.
  void begin(const Externals& externals);
  /// Evaluates the log rules on the block's records. With `every_record` no record is skipped for
  /// the strings that it lacks: slower, with the same result. Throws Stopped with the deadline.
  BlockScan scan(const RecordBlock& block, const Deadline& deadline = Deadline(),
                 bool every_record = false);

  /// Since begin(): `rule:$string` with more matches in a record than libyara or we keep.
  std::vector<std::string> truncated() const;
  /// Since begin(): rules on which libyara gave up in a record, `rule: why`. They were not judged
  /// there; all others were.
  std::vector<std::string> failed() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
