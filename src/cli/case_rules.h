// SPDX-License-Identifier: Apache-2.0
// Loads the rules that a case was swept with.
#pragma once

#include "report/sealed_case.h"
#include "rules/rule_set.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace coldsweep {

/// Loads `paths`, or the built-in pack if there are none. Absent if there are none and the case
/// used other rules than the built-in pack. Throws UsageError if the files at `paths` are not those
/// of the case.
std::optional<RuleSet> load_case_rules(const report::SealedCase& sealed,
                                       const std::vector<std::filesystem::path>& paths);

} // namespace coldsweep
