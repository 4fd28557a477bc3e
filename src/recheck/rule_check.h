// SPDX-License-Identifier: Apache-2.0
// Evaluates the rules of a case again, on content that was read again: by libyara alone, without
// the prefilter. Used by one thread.
#pragma once

#include "examine/examine_log.h"
#include "report/sealed_case.h"
#include "rules/scanner.h"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// What the rules find in content.
struct JudgedContent {
  std::vector<Finding> findings;
  std::string failure; ///< why there may be more; empty if all rules were evaluated
};

/// What rules see of the place of content, besides what its finding states.
struct JudgedPlace {
  char drive = 'C';                 ///< the letter of its volume
  std::string_view unpacked_from{}; ///< of a member, see unpacked_within()
};

class RuleCheck {
public:
  /// `rules` must be those of the case, and outlive this object. `time`: for one content.
  RuleCheck(const RuleSet& rules, std::chrono::seconds time);

  /// Everything that the rules find in the content that `finding` is about. The result applies to
  /// all findings about that content.
  JudgedContent judge(const report::FindingRow& finding, ByteView content,
                      const JudgedPlace& place);

  /// What `finding` states but the rules did not find in its content; empty if its rule matches in
  /// the stated places.
  static std::string differing(const report::FindingRow& finding, std::span<const Finding> judged);

private:
  Scanner scanner_;
  LogExaminer logs_;
  std::chrono::seconds time_;
};

} // namespace coldsweep
