// SPDX-License-Identifier: Apache-2.0
// The prefilter of a RuleSet: rules by their RuleRef, conditions derived from the text that was
// compiled and checked against what libyara made of it. Any thread. Private to rules/.
#pragma once

#include "prefilter/prefilter.h"
#include "rules/rule_groups.h"
#include "rules/rule_set.h"
#include "rules/rule_table.h"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace coldsweep {

/// The parts of a RuleSet that a filter is made from. They outlive it.
struct FilterMaterial {
  const YR_RULES* from_source; ///< the rules of all sources together; null without sources
  const std::vector<RuleSource>& sources;
  const std::vector<RuleInfo>& infos; ///< of these rules, and then of compiled files
  const CompileSettings& settings;
  const std::filesystem::path& cache_folder;
  u64 memory; ///< bytes for what is built for content and kept
};

class RuleFilter {
public:
  RuleFilter(const FilterMaterial& material, PlantedFault fault);

  u32 number_of(const RuleRef& rule) const { return numbers_.at(&rule); }
  const Prefilter& prefilter() const { return prefilter_; }
  const RuleGroups& groups() const { return groups_; }
  /// How many rules came as source; they have the first numbers.
  u32 source_rules() const { return source_rules_; }
  /// Whether the rule is in a file that reads externals, or in compiled rules.
  bool is_path_dependent(u32 rule) const { return path_dependent_[rule]; }
  /// Whether it came as source that we understand: then the rules it refers to are known.
  bool is_understood(u32 rule) const { return rule < source_rules_ && understood_[rule]; }
  /// Whether it has strings of its own, or may have.
  bool has_strings(u32 rule) const { return has_strings_[rule]; }
  /// Whether it can't be judged in raw space, where strings occur, but nothing has a size or place.
  bool is_place_dependent(u32 rule) const { return place_dependent_[rule]; }

private:
  struct Derived;
  RuleFilter(const FilterMaterial& material, PlantedFault fault, Derived derived);

  std::unordered_map<const RuleRef*, u32> numbers_;
  std::vector<bool> path_dependent_, place_dependent_, has_strings_, understood_;
  Prefilter prefilter_;
  RuleGroups groups_;
  u32 source_rules_ = 0;
};

/// A filter that is made on first use. Any thread.
class LazyFilter {
public:
  const RuleFilter& get(const FilterMaterial& material);
  /// For tests, before the first use.
  void plant(PlantedFault fault) { fault_ = fault; }

private:
  std::once_flag made_;
  PlantedFault fault_ = PlantedFault::none;
  std::unique_ptr<RuleFilter> filter_;
};

} // namespace coldsweep
