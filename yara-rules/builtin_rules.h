// SPDX-License-Identifier: Apache-2.0
// The rule files of this folder, embedded at build time and sorted by name, for
// RuleSet::load_builtin. Constant data, any thread.
#pragma once

#include "rules/rule_set.h"

#include <span>

namespace coldsweep {

/// `path` is `builtin/` and the file's name.
std::span<const BuiltinRuleFile> builtin_rules();

} // namespace coldsweep
