// SPDX-License-Identifier: Apache-2.0
// Rules as they were compiled, with who they are, and the text they were compiled from. Private to
// rules/.
#pragma once

#include "base/hash.h"
#include "model/case_record.h"
#include "prefilter/lexer.h"
#include "rules/yara_handles.h"

#include <string>
#include <vector>

namespace coldsweep {

/// Compiled rules and, at the index a rule has in them, who that rule is.
struct RuleTable {
  YaraRules rules;
  std::vector<const RuleRef*> refs;
  HashKinds hashes{};           ///< that they read as external variables
  std::vector<bool> of_records; ///< log rules: not reported for whole streams
};

/// A source file whose rules were compiled.
struct RuleSource {
  std::string label;
  std::string text;
  std::vector<IncludedText> included;
  u32 rules = 0;
  bool reads_externals = false;
};

} // namespace coldsweep
