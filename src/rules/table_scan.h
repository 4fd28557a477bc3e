// SPDX-License-Identifier: Apache-2.0
// Evaluates the rules of one table on one content. If libyara gives up, or takes too long, the
// rules that make it do so are found and left out, so that the result of all others is known.
// Private to rules/.
#pragma once

#include "rules/compiled.h"
#include "rules/failed_rules.h"
#include "rules/scan_result.h"

#include <chrono>
#include <optional>
#include <set>
#include <vector>

namespace coldsweep {

using RuleRefs = std::set<const RuleRef*>;

/// What a scan is about.
struct ScannedContent {
  ByteView bytes;
  const Externals& externals;
  const Deadline& deadline; ///< of the stream
  RuleRefs& slow;           ///< rules that took too long on content of the stream
  /// In raw space: the rules that may match by their strings; else null.
  const std::vector<u32>* in_raw;
  Hashes hashes{}; ///< as far as a table's rules read them; raw space has none
};

class TableScan {
public:
  /// All of these outlive this object. `scanner`: of the table.
  TableScan(const RuleSet::Compiled& compiled, const RuleTable& table, YR_SCANNER* scanner,
            const ScannedContent& content)
      : compiled_(compiled), table_(table), scanner_(scanner), content_(content) {}

  /// Adds what is known to the result, and the rules of which nothing is known to `unknown`.
  void run(ScanResult& result, RuleRefs& unknown);

private:
  struct Failure {
    int code = ERROR_SUCCESS;
    std::optional<u32> rule; ///< in the table, if libyara knows
  };
  /// `of_all`: of the scan with all rules; absent if it wasn't tried.
  void run_in_parts(std::optional<Failure> of_all, ScanResult& result);
  /// `share`: one divided by the part of the time left that the scan may take.
  Failure scan(const RulePlaces& without, int share, ScanResult& found);
  RulePlaces all_but(const RulePlaces& asked) const;
  std::optional<std::chrono::nanoseconds> time_share(int share) const;
  void note_failed(u32 rule, int code);
  void note_unknown(const RulePlaces& rules, int code);
  void leave_out_slow();

  const RuleSet::Compiled& compiled_;
  const RuleTable& table_;
  YR_SCANNER* scanner_;
  const ScannedContent& content_;
  RulePlaces left_out_; ///< that failed, or refer to one that did
  RulePlaces unknown_;  ///< and those for which there was no time
  std::vector<FailedRules> failed_;
};

} // namespace coldsweep
