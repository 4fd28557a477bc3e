// SPDX-License-Identifier: Apache-2.0
#include "rules/failed_rules.h"

#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostNamed = 10;

bool needs(u32 rule, u32 other, const std::vector<std::vector<u32>>& uses) {
  std::vector<u32> waiting{rule};
  std::set<u32> seen;
  while (!waiting.empty()) {
    const u32 next = waiting.back();
    waiting.pop_back();
    if (next == other) return true;
    if (next < uses.size() && seen.insert(next).second)
      waiting.insert(waiting.end(), uses[next].begin(), uses[next].end());
  }
  return false;
}

} // namespace

std::optional<u32> failed_rule(YR_SCANNER* scanner) {
  const YR_RULE* const rule = yr_scanner_last_error_rule(scanner);
  if (rule == nullptr) return std::nullopt;
  return static_cast<u32>(rule - scanner->rules->rules_table);
}

RulePlaces with_dependents(u32 failed, TableRefs refs, const RuleFilter& filter) {
  const RuleRef& ref = *refs[failed];
  const u32 number = filter.number_of(ref);
  const bool known = filter.is_understood(number);
  RulePlaces places{failed};
  for (u32 i = 0; i < refs.size(); ++i) {
    const RuleRef& other = *refs[i];
    if (other.name_space != ref.name_space) continue; // rules refer to those of their file
    if (!known || needs(filter.number_of(other), number, filter.prefilter().conditions().uses))
      places.insert(i);
  }
  return places;
}

RulePlaces with_needed(const RulePlaces& rules, TableRefs refs, const RuleFilter& filter) {
  const std::vector<std::vector<u32>>& uses = filter.prefilter().conditions().uses;
  std::map<u32, u32> place_of; // by the rule's number
  for (u32 i = 0; i < refs.size(); ++i) place_of.emplace(filter.number_of(*refs[i]), i);
  RulePlaces all;
  std::vector<u32> waiting(rules.begin(), rules.end());
  while (!waiting.empty()) {
    const u32 place = waiting.back();
    waiting.pop_back();
    if (!all.insert(place).second) continue;
    const u32 number = filter.number_of(*refs[place]);
    if (number < uses.size() && filter.is_understood(number)) {
      for (const u32 needed : uses[number])
        if (const auto found = place_of.find(needed); found != place_of.end())
          waiting.push_back(found->second);
      continue;
    }
    for (u32 i = 0; i < refs.size(); ++i)
      if (refs[i]->name_space == refs[place]->name_space) waiting.push_back(i);
  }
  return all;
}

int scan_without(const RulePlaces& rules, YR_SCANNER* scanner, ByteView content) {
  // libyara keeps the string on which it failed.
  scanner->last_error_string = nullptr;
  if (rules.empty()) return scan_bytes(scanner, content);
  for (const u32 place : rules) {
    const YR_RULE* const rule = &scanner->rules->rules_table[place];
    const YR_STRING* string = nullptr;
    // As libyara does with a string that has too many matches. It clears these at a scan's end.
    yr_rule_strings_foreach(rule, string) {
      yr_bitmask_set(scanner->strings_temp_disabled, string->idx);
    }
  }
  // Conditions are evaluated where these bits are set. libyara sets them when a scan begins, and
  // asks for the size after the search.
  return scan_bytes(scanner, content, [&] {
    for (const u32 place : rules) yr_bitmask_clear(scanner->required_eval, place);
  });
}

namespace {

std::string why_of(int code) {
  return code == ERROR_SCAN_TIMEOUT ? "it takes too long" : yara_error_text(code);
}

} // namespace

std::string describe_failure(u32 failed, int code, const RulePlaces& dependents, TableRefs refs) {
  const std::string text = fmt::format("rule {}: {}", refs[failed]->name, why_of(code));
  if (dependents.size() < 2) return text;
  std::vector<std::string_view> others;
  for (const u32 place : dependents)
    if (place != failed && others.size() < kMostNamed) others.push_back(refs[place]->name);
  const std::size_t count = dependents.size() - 1;
  return fmt::format("{}; nor {} that can't be judged without it: {}{}", text, count,
                     fmt::join(others, ", "), count > others.size() ? ", ..." : "");
}

std::string describe_unknown(const RulePlaces& rules, int code, TableRefs refs) {
  return fmt::format("{} rules, the first {}: {}", rules.size(), refs[*rules.begin()]->name,
                     why_of(code));
}

} // namespace coldsweep
