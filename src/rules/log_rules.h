// SPDX-License-Identifier: Apache-2.0
// The rules that are evaluated record by record, compiled for that: which rules these are, the
// search that tells which records are worth a verdict, and the tables for the verdict. Immutable
// once built. Private to rules/.
#pragma once

#include "rules/record_search.h"

#include <functional>
#include <string>
#include <vector>

namespace coldsweep {

/// Rules of whole files, some of which are members: only these are reported.
struct LogTable {
  YaraRules rules;
  std::vector<const RuleRef*> refs;    ///< of all its rules
  std::vector<const RuleRef*> members; ///< by the index of the rule; null: not reported
};

struct LogRules {
  std::vector<LogTable> filtered; ///< for records that a filter lets through
  std::vector<LogTable> every;    ///< for every record
  RecordSearch search;
  bool reads_externals = false; ///< must be evaluated again under the further names of a stream

  bool empty() const { return filtered.empty() && every.empty(); }
};

/// Whether the rule is a log rule: it has the tag `log` or, if there are patterns (with `*` and
/// `?`), its name or one of its tags fits one of them.
bool is_log_rule(const RuleRef& rule, const std::vector<std::string>& patterns);

/// Disables the log rules of a whole-stream table that no other rule can refer to. `sources` has
/// the rules of the table in order.
void disable_log_rules(YR_RULES& table, const std::vector<LogSource>& sources);

/// Compiles the sources that have log rules. Calls `note_every_record` for the log rules that have
/// to be evaluated on every record.
LogRules build_log_rules(const std::vector<LogSource>& sources, const CompileSettings& settings,
                         const std::function<void(const RuleInfo&)>& note_every_record);

} // namespace coldsweep
