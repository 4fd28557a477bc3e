// SPDX-License-Identifier: Apache-2.0
// The rules of a case once more, on content that was read anew: by libyara alone, without the prefilter. Used by one thread.
#pragma once

#include "examine/examine_log.h"
#include "report/sealed_case.h"
#include "rules/scanner.h"

#include <span>
#include <string>
#include <vector>

namespace coldsweep {

class RuleCheck {
public:
  /// `rules` must be those of the case, and outlive this object.
  explicit RuleCheck(const RuleSet& rules);

  /// Everything the rules say of the content that `finding` is about; `drive` is the letter of its volume. What it says holds
  /// for all findings about that content.
  std::vector<Finding> judge(const report::FindingRow& finding, ByteView content, char drive);

  /// What of `finding` is not among what was judged of its content; empty where its rule matches, at the places that it states.
  static std::string differing(const report::FindingRow& finding, std::span<const Finding> judged);

private:
  Scanner scanner_;
  LogExaminer logs_;
};

} // namespace coldsweep
