// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_groups.h"

#include "rules/compile.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// What a table takes, about: libyara's buffers. One of a few rules takes some 100 KiB, one of a
/// thousand several MiB.
u64 bytes_of(const std::vector<u32>& rules, const RuleGroups::Table& table) {
  u64 sum = 256 + rules.size() * 32;
  if (!table) return sum;
  const YR_ARENA& arena = *table->rules->arena;
  for (u32 i = 0; i < arena.num_buffers; ++i) sum += arena.buffers[i].size;
  return sum;
}

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
  for (std::size_t i = 0; i < texts_.size(); first += sources_[i++].rules) {
    if (texts_[i].understood) continue;
    const u32 end = first + sources_[i].rules;
    if (std::none_of(seen.begin() + first, seen.begin() + end, [](bool b) { return b; })) continue;
    for (u32 rule = first; rule < end; ++rule)
      if (!seen[rule]) all.push_back(rule);
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::optional<RuleGroups::Table> RuleGroups::Kept::find(const std::vector<u32>& rules) {
  const auto found = entries.find(rules);
  if (found == entries.end()) return std::nullopt;
  found->second.last_use = ++uses;
  return found->second.table;
}

/// A sweep needs the same few groups again and again.
void RuleGroups::Kept::add(const std::vector<u32>& rules, const Table& table, u64 most) {
  const u64 size = bytes_of(rules, table);
  if (size > most / 4) return;  // one must not drive out all others
  while (bytes + size > most) { // a scanner that uses one shares its ownership
    const auto oldest =
        std::min_element(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
          return a.second.last_use < b.second.last_use;
        });
    bytes -= oldest->second.bytes;
    entries.erase(oldest);
  }
  if (entries.try_emplace(rules, Entry{table, size, ++uses}).second) bytes += size;
}

RuleGroups::Table RuleGroups::table_of(std::span<const u32> rules) const {
  const std::vector<u32> all = with_needed(rules);
  if (const std::optional<Table> kept = kept_.with([&](Kept& of) { return of.find(all); }))
    return *kept;
  Table table = compile(all);
  kept_.with([&](Kept& of) { of.add(all, table, memory_); });
  return table;
}

u64 RuleGroups::bytes_kept() const {
  return kept_.with([](const Kept& of) { return of.bytes; });
}

RuleGroups::Table RuleGroups::compile(const std::vector<u32>& rules) const {
  std::vector<SourceFile> texts;
  auto next = rules.begin();
  u32 first = 0;
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const u32 end = first + sources_[i].rules;
    if (next != rules.end() && *next < end) {
      SourceFile& text = texts.emplace_back();
      text.file.label = sources_[i].label;
      if (texts_[i].understood)
        for (const std::string& module : texts_[i].imports)
          text.file.bytes += fmt::format("import \"{}\"\n", module);
      else if (sources_[i].included.empty())
        text.file.bytes = sources_[i].text;
      else
        return nullptr;
      for (; next != rules.end() && *next < end; ++next)
        if (texts_[i].understood) text.file.bytes += texts_[i].rules[*next - first] + "\n";
      text.traits.further_externals = traits_of(text.file.bytes).further_externals;
    }
    first = end;
  }
  if (next != rules.end()) return nullptr;
  Sources sources;
  for (const SourceFile& text : texts) sources.push_back(&text);
  CompileResult result = compile_together(sources, settings_);
  if (!result.rules || result.rules->num_rules != rules.size()) return nullptr;
  auto table = std::make_shared<RuleTable>();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const RuleRef& ref = infos_[rules[i]].ref;
    if (ref.name != result.rules->rules_table[i].identifier) return nullptr;
    table->refs.push_back(&ref);
    table->of_records.push_back(infos_[rules[i]].is_log);
  }
  table->rules = without_relocations(compacted(std::move(result.rules)));
  table->hashes = hashes_read_by(*table->rules);
  return table;
}

} // namespace coldsweep
