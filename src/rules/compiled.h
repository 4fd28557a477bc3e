// SPDX-License-Identifier: Apache-2.0
// libyara's side of a RuleSet. Immutable once built: any number of threads may scan with it.
// Private to rules/.
#pragma once

#include "rules/compile.h"
#include "rules/log_rules.h"
#include "rules/rule_filter.h"
#include "rules/rule_set.h"
#include "rules/rule_table.h"
#include "rules/seen_content.h"
#include "rules/yara_handles.h"

#include <memory>
#include <vector>

namespace coldsweep {

struct RuleSet::Compiled {
  YaraLibrary library; // first, because it must outlive the rest
  RulesRecord record;
  std::vector<RuleInfo> infos; // never grows once tables point into it
  std::vector<std::string> warnings;
  std::vector<std::unique_ptr<RuleTable>> tables;
  std::vector<const RuleTable*> all;            // a scan applies these
  std::vector<const RuleTable*> path_dependent; // and these for the further names of a stream
  LogRules log;                                 // and these to each record of a log
  std::vector<RuleSource> sources;              // in the order of their rules, which come first
  std::filesystem::path cache_folder;
  u64 memory = 0;
  CompileSettings settings;
  mutable LazyFilter lazy_filter;
  mutable SeenContent seen;

  const RuleFilter& filter() const {
    const YR_RULES* const from_source = sources.empty() ? nullptr : all.front()->rules.get();
    return lazy_filter.get({from_source, sources, infos, settings, cache_folder, memory});
  }
};

} // namespace coldsweep
