// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_groups.h"

#include "rules/compile.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostKept = 256; // groups: a sweep needs few, and each takes some hundred KiB

} // namespace

std::vector<u32> RuleGroups::with_needed(std::span<const u32> rules) const {
  std::vector<u32> all, waiting(rules.begin(), rules.end());
  std::vector<bool> seen(uses_.size());
  while (!waiting.empty()) {
    const u32 rule = waiting.back();
    waiting.pop_back();
    if (seen[rule]) continue;
    seen[rule] = true;
    all.push_back(rule);
    waiting.insert(waiting.end(), uses_[rule].begin(), uses_[rule].end());
  }
  // A file that our parser doesn't understand needs all of its rules.
  u32 first = 0;
  for (std::size_t i = 0; i < parsed_.size(); first += sources_[i++].rules) {
    if (parsed_[i].problem.empty()) continue;
    const u32 end = first + sources_[i].rules;
    if (std::none_of(seen.begin() + first, seen.begin() + end, [](bool b) { return b; })) continue;
    for (u32 rule = first; rule < end; ++rule)
      if (!seen[rule]) all.push_back(rule);
  }
  std::sort(all.begin(), all.end());
  return all;
}

RuleGroups::Table RuleGroups::table_of(std::span<const u32> rules) const {
  const std::vector<u32> all = with_needed(rules);
  const std::optional<Table> kept = tables_.with([&](const auto& tables) -> std::optional<Table> {
    const auto found = tables.find(all);
    return found == tables.end() ? std::nullopt : std::optional(found->second);
  });
  if (kept) return *kept;
  Table table = compile(all);
  tables_.with([&](auto& tables) {
    if (tables.size() >= kMostKept) tables.clear(); // a scanner that uses one shares its ownership
    tables.emplace(all, table);
  });
  return table;
}

RuleGroups::Table RuleGroups::compile(const std::vector<u32>& rules) const {
  std::vector<SourceFile> texts;
  auto next = rules.begin();
  u32 first = 0;
  for (std::size_t i = 0; i < parsed_.size(); ++i) {
    const u32 end = first + sources_[i].rules;
    if (next != rules.end() && *next < end) {
      SourceFile& text = texts.emplace_back();
      text.file.label = sources_[i].label;
      if (parsed_[i].problem.empty())
        for (const std::string& module : parsed_[i].imports)
          text.file.bytes += fmt::format("import \"{}\"\n", module);
      else if (sources_[i].included.empty())
        text.file.bytes = sources_[i].text;
      else
        return nullptr;
      for (; next != rules.end() && *next < end; ++next)
        if (parsed_[i].problem.empty())
          text.file.bytes += parsed_[i].rules[*next - first].source + "\n";
    }
    first = end;
  }
  if (next != rules.end()) return nullptr;
  Sources sources;
  for (const SourceFile& text : texts) sources.push_back(&text);
  CompileResult result = compile_together(sources);
  if (!result.rules || result.rules->num_rules != rules.size()) return nullptr;
  auto table = std::make_shared<RuleTable>();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const RuleRef& ref = infos_[rules[i]].ref;
    if (ref.name != result.rules->rules_table[i].identifier) return nullptr;
    table->refs.push_back(&ref);
    table->of_records.push_back(infos_[rules[i]].is_log);
  }
  table->rules = std::move(result.rules);
  return table;
}

} // namespace coldsweep
