// SPDX-License-Identifier: Apache-2.0
// The rules that a case was swept with, loaded once more.
#pragma once

#include "report/sealed_case.h"
#include "rules/rule_set.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace coldsweep {

/// From `paths`, wherever the rules lie now, or the built-in pack. Absent where no path is given and the case is of other rules.
/// Throws UsageError when the files at `paths` are not those of the case.
std::optional<RuleSet> load_case_rules(const report::SealedCase& sealed,
                                       const std::vector<std::filesystem::path>& paths);

} // namespace coldsweep
