// SPDX-License-Identifier: Apache-2.0
// Records of a log -> matches of the log rules, each record judged by libyara on its own. One RecordScanner a thread;
// the RuleSet is shared and outlives it.
#pragma once

#include "model/outcome.h"
#include "model/record_block.h"
#include "rules/rule_set.h"
#include "rules/scanner.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct RecordHit {
  const RuleRef* rule = nullptr; ///< owned by the RuleSet
  std::size_t record = 0;        ///< index in the block
  std::vector<Match> matches;    ///< offsets are those of the stream; `media_offset` is left absent
};

struct BlockScan {
  std::vector<RecordHit> hits; ///< by record, namespace and name
  bool timed_out = false;      ///< the limit of the stream is reached: give up
  std::optional<std::string> error;
};

class RecordScanner {
public:
  RecordScanner(const RuleSet& rules, u32 timeout_seconds,
                Prefiltering prefiltering = Prefiltering::on);
  ~RecordScanner();
  RecordScanner(RecordScanner&&) noexcept;
  RecordScanner& operator=(RecordScanner&&) noexcept;

  /// Whether there is a log rule at all.
  bool has_rules() const;
  /// Whether further names of a stream can change a verdict.
  bool reads_externals() const;

  /// What follows belongs to one stream, under one name; the time limit begins.
  void begin(const Externals& externals);
  /// Judges the block's records. With `every_record` no record is passed over for what it doesn't hold: slower, and the
  /// same result.
  BlockScan scan(const RecordBlock& block, bool every_record = false);

  /// Since begin(): `rule:$string` with more matches in a record than libyara or we keep.
  std::vector<std::string> truncated() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
