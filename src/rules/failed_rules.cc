// SPDX-License-Identifier: Apache-2.0
#include "rules/failed_rules.h"

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

void leave_out(const RulePlaces& rules, YR_SCANNER* scanner) {
  for (const u32 place : rules) {
    const YR_RULE* const rule = &scanner->rules->rules_table[place];
    const YR_STRING* string = nullptr;
    // As libyara does with a string that has too many matches. It clears these at a scan's end.
    yr_rule_strings_foreach(rule, string) {
      yr_bitmask_set(scanner->strings_temp_disabled, string->idx);
    }
  }
}

std::string describe_failure(u32 failed, int code, const RulePlaces& dependents, TableRefs refs) {
  const std::string text = fmt::format("{}: {}", refs[failed]->name, yara_error_text(code));
  if (dependents.size() < 2) return text;
  std::vector<std::string_view> others;
  for (const u32 place : dependents)
    if (place != failed && others.size() < kMostNamed) others.push_back(refs[place]->name);
  const std::size_t count = dependents.size() - 1;
  return fmt::format("{}; nor {} that can't be judged without it: {}{}", text, count,
                     fmt::join(others, ", "), count > others.size() ? ", ..." : "");
}

} // namespace coldsweep
