// SPDX-License-Identifier: Apache-2.0
// libyara's side of a RuleSet. Immutable once built: any number of threads may scan with it.
// Private to rules/.
#pragma once

#include "rules/log_rules.h"
#include "rules/rule_filter.h"
#include "rules/rule_set.h"
#include "rules/seen_content.h"
#include "rules/yara_handles.h"

#include <memory>
#include <mutex>
#include <vector>

namespace coldsweep {

/// Compiled rules and, at the index a rule has in them, who that rule is.
struct RuleTable {
  YaraRules rules;
  std::vector<const RuleRef*> refs;
  std::vector<bool> of_records; ///< log rules: not reported of whole streams
};

/// A filter that is made when it is first asked for; any thread.
class LazyFilter {
public:
  const RuleFilter& get(const RuleSet::Compiled& rules);
  /// For tests, before the first use.
  void plant(PlantedFault fault) { fault_ = fault; }

private:
  std::once_flag made_;
  PlantedFault fault_ = PlantedFault::none;
  std::unique_ptr<RuleFilter> filter_;
};

struct RuleSet::Compiled {
  YaraLibrary library; // first: what follows ends before it
  RulesRecord record;
  std::vector<RuleInfo> infos; // never grows once tables point into it
  std::vector<std::string> warnings;
  std::vector<std::unique_ptr<RuleTable>> tables;
  std::vector<const RuleTable*> all;            // a scan applies these
  std::vector<const RuleTable*> path_dependent; // and these for the further names of a stream
  LogRules log;                                 // and these to each record of a log
  std::vector<RuleSource> sources;              // in the order of their rules, which come first
  std::filesystem::path cache_folder;
  mutable LazyFilter filter;
  mutable SeenContent seen;
};

} // namespace coldsweep
