// SPDX-License-Identifier: Apache-2.0
// Checks a swept case against its image in process, as `verify --image` does. Any thread.
#pragma once

#include "image/image.h"
#include "recheck/recheck.h"
#include "report/sealed_case.h"
#include "support/run_sweep.h"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace coldsweep::test {

struct CheckedCase {
  RecheckCounts counts;
  std::vector<std::string> exceptions; ///< not confirmed: verdict, name of the finding, why
  std::string said;                    ///< a line for each finding that has a comment
};

/// `rules`: the text of the sweep's rules. If it is empty, no rule is evaluated.
inline CheckedCase recheck_case(const Swept& swept, const std::filesystem::path& image,
                                const std::string& rules = {}, const RecheckLimits& limits = {}) {
  const report::SealedCase sealed(swept.case_folder());
  const BuiltinRuleFile file{"test.yar", rules};
  std::optional<RuleSet> set;
  if (!rules.empty()) set.emplace(RuleSet::load_builtin(std::span(&file, 1)));
  const std::filesystem::path folder = swept.case_folder();
  const Image opened = open_image({image});
  CheckedCase result;
  result.counts =
      recheck({sealed, folder, opened, set ? &*set : nullptr, limits},
              [&](const report::FindingRow& finding, const Rechecked& checked) {
                const std::string text =
                    fmt::format("{}: {}", report::full_name(finding), checked.why);
                if (!checked.why.empty()) result.said += text + "\n";
                if (checked.verdict != Recheck::confirmed)
                  result.exceptions.push_back(
                      (checked.verdict == Recheck::differs ? "differs " : "not checkable ") + text);
              });
  return result;
}

} // namespace coldsweep::test
