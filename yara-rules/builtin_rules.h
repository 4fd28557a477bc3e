// SPDX-License-Identifier: Apache-2.0
// The rule files of this folder as they were when the program was built, in order of name: what
// RuleSet::load_builtin takes. Constant data, any thread.
#pragma once

#include "rules/rule_set.h"

#include <span>

namespace coldsweep {

/// `path` is `builtin/` and the file's name.
std::span<const BuiltinRuleFile> builtin_rules();

} // namespace coldsweep
