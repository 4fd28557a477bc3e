// SPDX-License-Identifier: Apache-2.0
#include "rules/log_rules.h"

#include "base/error.h"
#include "base/text.h"
#include "rules/source_traits.h"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>
#include <fnmatch.h>

namespace coldsweep {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
  return ::fnmatch(ascii_lower(pattern).c_str(), ascii_lower(text).c_str(), 0) == 0;
}

bool has_log_rule(const LogSource& source) {
  return std::any_of(source.rules.begin(), source.rules.end(),
                     [](const RuleInfo* rule) { return rule->is_log; });
}

/// Disables the unneeded rules of a source that no rule can refer to. `rules` is the part of a
/// table that came from the source.
template <typename F>
void disable_unneeded(std::span<YR_RULE> rules, const LogSource& source, const F& is_unneeded) {
  const std::string& text = source.source->file.bytes;
  if (is_compiled(text) || !source.source->traits.includes.empty()) return;
  std::optional<RuleMentions> mentions;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const RuleInfo& rule = *source.rules[i];
    if (rule.is_global || !is_unneeded(rule)) continue;
    if (!mentions) mentions.emplace(text);
    if (!mentions->may_be_referred_to(rule.ref.name)) yr_rule_disable(&rules[i]);
  }
}

/// The same for a table that came from several sources.
template <typename F>
void disable_unneeded(YR_RULES& table, const std::vector<LogSource>& sources,
                      const F& is_unneeded) {
  std::size_t from = 0;
  for (const LogSource& source : sources) {
    const std::span<YR_RULE> all(table.rules_table, table.num_rules);
    disable_unneeded(all.subspan(from, source.rules.size()), source, is_unneeded);
    from += source.rules.size();
  }
}

class Builder {
public:
  Builder(const std::vector<LogSource>& sources, const CompileSettings& settings, LogRules& into)
      : sources_(sources), settings_(settings), into_(into) {}

  void run(const std::function<void(const RuleInfo&)>& note_every_record) {
    into_.search = build_record_search(sources_);
    const auto is_filtered = [&](const RuleInfo& rule) {
      return rule.is_log && into_.search.has(rule);
    };
    const auto is_every = [&](const RuleInfo& rule) {
      return rule.is_log && !into_.search.has(rule);
    };
    for (const LogSource& source : sources_)
      for (const RuleInfo* rule : source.rules)
        if (is_every(*rule)) note_every_record(*rule);
    add_tables(into_.filtered, is_filtered);
    add_tables(into_.every, is_every);
  }

private:
  template <typename F> void add_tables(std::vector<LogTable>& tables, const F& is_member) {
    Sources sources;
    std::vector<LogSource> together;
    for (const LogSource& source : sources_) {
      if (std::none_of(source.rules.begin(), source.rules.end(),
                       [&](const RuleInfo* rule) { return is_member(*rule); }))
        continue;
      into_.reads_externals |=
          is_compiled(source.source->file.bytes) || source.source->traits.reads_externals;
      if (is_compiled(source.source->file.bytes)) {
        add_table(tables, load_compiled(source.source->file.bytes, settings_), {source}, is_member);
      } else {
        sources.push_back(source.source);
        together.push_back(source);
      }
    }
    if (!sources.empty())
      add_table(tables, compile_together(sources, settings_).rules, together, is_member);
  }

  template <typename F>
  void add_table(std::vector<LogTable>& tables, YaraRules rules,
                 const std::vector<LogSource>& sources, const F& is_member) {
    LogTable table{std::move(rules), {}, {}};
    for (const LogSource& source : sources)
      for (const RuleInfo* rule : source.rules) {
        table.refs.push_back(&rule->ref);
        table.members.push_back(is_member(*rule) && !rule->is_private ? &rule->ref : nullptr);
      }
    if (!table.rules || table.rules->num_rules != table.members.size())
      throw RuleError("rule files changed while they were compiled");
    // Other rules take time on each record, and change nothing.
    disable_unneeded(*table.rules, sources, [&](const RuleInfo& rule) { return !is_member(rule); });
    tables.push_back(std::move(table));
  }

  const std::vector<LogSource>& sources_;
  const CompileSettings& settings_;
  LogRules& into_;
};

} // namespace

bool is_log_rule(const RuleRef& rule, const std::vector<std::string>& patterns) {
  const auto any_tag = [&](const std::string& pattern) {
    return std::any_of(rule.tags.begin(), rule.tags.end(),
                       [&](const std::string& tag) { return matches(pattern, tag); });
  };
  if (patterns.empty()) return any_tag("log");
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return any_tag(pattern) || matches(pattern, rule.name);
  });
}

void disable_log_rules(YR_RULES& table, const std::vector<LogSource>& sources) {
  disable_unneeded(table, sources, [](const RuleInfo& rule) { return rule.is_log; });
}

LogRules build_log_rules(const std::vector<LogSource>& sources, const CompileSettings& settings,
                         const std::function<void(const RuleInfo&)>& note_every_record) {
  LogRules rules;
  std::vector<LogSource> with_log_rules;
  std::copy_if(sources.begin(), sources.end(), std::back_inserter(with_log_rules), has_log_rule);
  if (!with_log_rules.empty()) Builder(with_log_rules, settings, rules).run(note_every_record);
  return rules;
}

} // namespace coldsweep
