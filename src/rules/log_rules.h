// SPDX-License-Identifier: Apache-2.0
// The rules that are judged record by record, compiled for that: which they are, a search that tells the records worth
// a verdict, and tables for the verdict. Immutable once built. Private to rules/.
#pragma once

#include "rules/compile.h"
#include "rules/record_formula.h"
#include "rules/rule_set.h"
#include "rules/yara_handles.h"

#include <functional>
#include <string>
#include <vector>

namespace coldsweep {

/// Rules of whole files, some of which are members: only these are reported.
struct LogTable {
  YaraRules rules;
  std::vector<const RuleRef*> members; ///< by the index of the rule; null: not reported
};

/// What a record must hold for a rule to be worth asking; the same index as in the search's rules.
struct RecordFilter {
  const RuleRef* ref = nullptr;
  RecordFormula formula;
  std::size_t strings = 0; ///< declared
};

struct LogRules {
  std::vector<LogTable> filtered;    ///< for records that a filter lets through
  std::vector<LogTable> every;       ///< for every record
  YaraRules search;                  ///< null when nothing can be filtered
  std::vector<RecordFilter> filters; ///< by the index of the rule in `search`
  bool reads_externals = false;      ///< must be asked again under the further names of a stream

  bool empty() const { return filtered.empty() && every.empty(); }
};

/// A rule file, and its rules in the order of compilation.
struct LogSource {
  const SourceFile* source = nullptr;
  std::vector<const RuleInfo*> rules;
};

/// Whether the rule is judged record by record: by tag `log`, or by the patterns (`*` and `?`) for tags and names.
bool is_log_rule(const RuleRef& rule, const std::vector<std::string>& patterns);

/// Takes rules off a whole-stream table that no other rule can refer to: nothing is searched for them there. `rules`
/// of the table in order, from one source or several.
void disable_log_rules(YR_RULES& table, const std::vector<LogSource>& sources);

/// Compiles the sources that hold log rules. Sets `every_record` of the rules that can't be filtered.
LogRules build_log_rules(const std::vector<LogSource>& sources,
                         const std::function<void(const RuleInfo&)>& note_every_record);

} // namespace coldsweep
