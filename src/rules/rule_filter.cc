// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_filter.h"

#include "prefilter/ast.h"
#include "prefilter/necessary.h"
#include "prefilter/parse.h"
#include "prefilter/place_dependence.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kGroups = 4; // the share of memory that is for compiled groups: a quarter

std::string flags_differ(const StringDeclaration& ours, const YR_STRING& theirs) {
  const auto same = [&](bool flag, u32 mask) { return flag == ((theirs.flags & mask) != 0); };
  if (!same(ours.wide, STRING_FLAGS_WIDE)) return "wide";
  if (!same(ours.nocase, STRING_FLAGS_NO_CASE)) return "nocase";
  if (!same(ours.xor_keys.has_value(), STRING_FLAGS_XOR)) return "xor";
  if (!same(ours.base64, STRING_FLAGS_BASE64)) return "base64";
  if (!same(ours.base64wide, STRING_FLAGS_BASE64_WIDE)) return "base64wide";
  if (!same(ours.kind == StringDeclaration::Kind::hex, STRING_FLAGS_HEXADECIMAL)) return "kind";
  return {};
}

/// What libyara read differently in this rule; empty if nothing.
std::string difference(const ParsedRule& ours, const YR_RULE& theirs) {
  if (ours.name != theirs.identifier)
    return fmt::format("rule {} where libyara has {}", ours.name, theirs.identifier);
  if (ours.is_private != (RULE_IS_PRIVATE(&theirs) != 0) ||
      ours.is_global != (RULE_IS_GLOBAL(&theirs) != 0))
    return fmt::format("the modifiers of rule {}", ours.name);
  std::size_t next = 0;
  const YR_STRING* string = nullptr;
  yr_rule_strings_foreach((&theirs), string) {
    if (string->chained_to != nullptr) continue; // a part of the string before it
    if (next >= ours.strings.size() || ours.strings[next].id != string->identifier)
      return fmt::format("string {} of rule {}", string->identifier, ours.name);
    const std::string flag = flags_differ(ours.strings[next], *string);
    if (!flag.empty())
      return fmt::format("`{}` of string {} of rule {}", flag, string->identifier, ours.name);
    ++next;
  }
  if (next != ours.strings.size()) return fmt::format("the strings of rule {}", ours.name);
  return {};
}

std::string difference(const ParsedSource& ours, std::span<const YR_RULE> theirs) {
  if (!ours.problem.empty()) return ours.problem;
  if (ours.rules.size() != theirs.size())
    return fmt::format("{} rules where libyara has {}", ours.rules.size(), theirs.size());
  for (std::size_t i = 0; i < theirs.size(); ++i)
    if (std::string problem = difference(ours.rules[i], theirs[i]); !problem.empty())
      return problem;
  return {};
}

std::vector<u8> of_records(const std::vector<RuleInfo>& infos) {
  std::vector<u8> of;
  for (const RuleInfo& info : infos) of.push_back(info.is_log ? 1 : 0);
  return of;
}

/// By rule: whether it has strings of its own, or may have.
std::vector<bool> have_strings(const std::vector<ParsedSource>& sources,
                               std::span<const u32> counts) {
  std::vector<bool> all;
  for (std::size_t i = 0; i < sources.size(); ++i)
    for (u32 rule = 0; rule < counts[i]; ++rule)
      all.push_back(!sources[i].problem.empty() || rule >= sources[i].rules.size() ||
                    !sources[i].rules[rule].strings.empty());
  return all;
}

std::vector<bool> are_understood(const std::vector<ParsedSource>& sources,
                                 std::span<const u32> counts) {
  std::vector<bool> all;
  for (std::size_t i = 0; i < sources.size(); ++i)
    all.insert(all.end(), counts[i], sources[i].problem.empty());
  return all;
}

/// Without the parsed strings and conditions, which take twice as much as the text.
std::vector<RuleTexts> texts_of(std::vector<ParsedSource> sources) {
  std::vector<RuleTexts> all;
  for (ParsedSource& source : sources) {
    RuleTexts& texts = all.emplace_back();
    texts.imports = std::move(source.imports);
    for (ParsedRule& rule : source.rules) texts.rules.push_back(std::move(rule.source));
    texts.understood = source.problem.empty();
  }
  return all;
}

} // namespace

struct RuleFilter::Derived {
  Conditions conditions;
  std::vector<ParsedSource> sources;
  std::vector<u32> rules; // by source: how many

  Derived(const FilterMaterial& material, PlantedFault fault);
};

RuleFilter::Derived::Derived(const FilterMaterial& material, PlantedFault fault) {
  ConditionBuilder builder(fault);
  std::size_t known = 0;
  for (const RuleSource& source : material.sources) {
    const std::span<const YR_RULE> theirs(material.from_source->rules_table + known, source.rules);
    ParsedSource parsed = parse_source(source.text, source.included);
    if (const std::string problem = difference(parsed, theirs); problem.empty()) {
      builder.add(parsed);
    } else {
      builder.add_unknown(theirs.size(), "the file is not understood: " + problem);
      parsed = {};
      parsed.problem = problem;
    }
    sources.push_back(std::move(parsed));
    rules.push_back(source.rules);
    known += source.rules;
  }
  builder.add_unknown(material.infos.size() - known, "compiled rules: what they ask can't be told");
  conditions = builder.finish();
}

RuleFilter::RuleFilter(const FilterMaterial& material, PlantedFault fault)
    : RuleFilter(material, fault, Derived(material, fault)) {}

RuleFilter::RuleFilter(const FilterMaterial& material, PlantedFault fault, Derived derived)
    : place_dependent_(place_dependent(derived.sources, derived.rules, derived.conditions.uses)),
      has_strings_(have_strings(derived.sources, derived.rules)),
      understood_(are_understood(derived.sources, derived.rules)),
      prefilter_(std::move(derived.conditions), of_records(material.infos), material.cache_folder,
                 material.memory - material.memory / kGroups, fault),
      groups_(material.sources, material.infos, material.settings,
              texts_of(std::move(derived.sources)), prefilter_.conditions().uses,
              material.memory / kGroups) {
  const std::size_t rules = material.infos.size();
  for (const RuleSource& source : material.sources) {
    source_rules_ += source.rules;
    path_dependent_.resize(source_rules_, source.reads_externals);
  }
  path_dependent_.resize(rules, true);
  place_dependent_.resize(rules, true);
  has_strings_.resize(rules, true);
  for (u32 i = 0; i < rules; ++i) numbers_[&material.infos[i].ref] = i;
}

const RuleFilter& LazyFilter::get(const FilterMaterial& material) {
  std::call_once(made_, [&] { filter_ = std::make_unique<RuleFilter>(material, fault_); });
  return *filter_;
}

} // namespace coldsweep
