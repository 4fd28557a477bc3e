// SPDX-License-Identifier: Apache-2.0
// Log rules -> a search over many records at once that tells which records are worth a verdict.
// Immutable once built. Private to rules/.
#pragma once

#include "prefilter/formula.h"
#include "rules/compile.h"
#include "rules/rule_set.h"

#include <vector>

namespace coldsweep {

/// A rule file, and its rules in the order of compilation.
struct LogSource {
  const SourceFile* source = nullptr;
  std::vector<const RuleInfo*> rules;
};

/// What must occur in a record that the rule matches. It has the index of its rule in the search.
struct RecordFilter {
  const RuleRef* ref = nullptr;
  Formula formula;         ///< over the rule's strings, by their ordinals
  std::size_t strings = 0; ///< of the rule
};

struct RecordSearch {
  YaraRules rules; ///< null if nothing can be filtered
  std::vector<RecordFilter> filters;

  bool has(const RuleInfo& rule) const;
};

/// Log rules that aren't in the search have to be evaluated on every record.
RecordSearch build_record_search(const std::vector<LogSource>& sources);

/// `$s7` -> 7: the ordinal of a string of the search among the strings of its rule.
u32 ordinal_of(const YR_STRING& string);

} // namespace coldsweep
