// SPDX-License-Identifier: Apache-2.0
// What the prefilter derives from rules, in words, so that the author of a slow rule can make it
// fast.
#pragma once

#include "rules/rule_set.h"

namespace coldsweep {

struct RuleExplanation {
  const RuleRef* rule = nullptr; ///< owned by the RuleSet
  std::string condition; ///< what content must have for the rule to match, in YARA-like words
  std::vector<std::string> unused; ///< what of the rule could not be used
  bool matches_anything = false;   ///< libyara has to scan every stream for it
  bool needs_string = false; ///< libyara scans only streams in which one of its strings occurs
};

/// For every rule, in the order of compilation.
std::vector<RuleExplanation> explain(const RuleSet& rules);

} // namespace coldsweep
