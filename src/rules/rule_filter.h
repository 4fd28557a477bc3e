// SPDX-License-Identifier: Apache-2.0
// The prefilter of a RuleSet: rules by their RuleRef, conditions derived from the text that was compiled and checked
// against what libyara made of it. Any thread. Private to rules/.
#pragma once

#include "prefilter/lexer.h"
#include "prefilter/prefilter.h"
#include "rules/rule_groups.h"
#include "rules/rule_set.h"

#include <unordered_map>

namespace coldsweep {

/// A source file whose rules were compiled.
struct RuleSource {
  std::string label;
  std::string text;
  std::vector<IncludedText> included;
  u32 rules = 0;
  bool reads_externals = false;
};

class RuleFilter {
public:
  RuleFilter(const RuleSet::Compiled& rules, PlantedFault fault);

  u32 number_of(const RuleRef& rule) const { return numbers_.at(&rule); }
  const Prefilter& prefilter() const { return prefilter_; }
  const RuleGroups& groups() const { return groups_; }
  /// How many rules came as source; they have the first numbers.
  u32 source_rules() const { return source_rules_; }
  /// Whether the rule stands in a file that reads externals, or in compiled rules.
  bool is_path_dependent(u32 rule) const { return path_dependent_[rule]; }
  /// Whether it has strings of its own, or may have.
  bool has_strings(u32 rule) const { return has_strings_[rule]; }
  /// Whether it can't be judged in raw space, where strings occur but nothing has a size or a place.
  bool is_place_dependent(u32 rule) const { return place_dependent_[rule]; }

private:
  Conditions derive(const RuleSet::Compiled& rules, PlantedFault fault);

  std::vector<ParsedSource> parsed_; // as RuleSet::Compiled::sources
  std::unordered_map<const RuleRef*, u32> numbers_;
  Prefilter prefilter_;
  RuleGroups groups_;
  u32 source_rules_ = 0;
  std::vector<bool> path_dependent_, place_dependent_, has_strings_;
};

} // namespace coldsweep
