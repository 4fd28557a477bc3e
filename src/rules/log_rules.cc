// SPDX-License-Identifier: Apache-2.0
// The search is a rule file of our own making: for each log rule its strings as its author wrote them, under names by
// which their matches can be told apart, and a condition that takes no time. What can't be searched that way (compiled
// rules, included files, conditions that need no string) is judged on every record. One thread.
#include "rules/log_rules.h"

#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fnmatch.h>

namespace coldsweep {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
  return ::fnmatch(ascii_lower(pattern).c_str(), ascii_lower(text).c_str(), 0) == 0;
}

/// Rules and declarations go together when the source includes nothing and both are the same names in order.
bool agree(const LogSource& source, const std::vector<DeclaredRule>& declared) {
  if (!source.source->traits.includes.empty() || declared.size() != source.rules.size())
    return false;
  for (std::size_t i = 0; i < declared.size(); ++i)
    if (declared[i].name != source.rules[i]->ref.name) return false;
  return true;
}

struct Candidate {
  const RuleInfo* info = nullptr;
  const DeclaredRule* declared = nullptr;
  std::vector<bool> usable; ///< of its strings
  std::vector<bool> used;   ///< by its formula
  RecordFormula formula;

  void update() {
    formula = necessary_condition(*declared, usable);
    used.assign(declared->strings.size(), false);
    formula.add_strings_to(used);
  }
};

/// `$s7` -> 7.
std::size_t index_of(const YR_STRING& string) {
  const std::string_view id(string.identifier);
  std::size_t index = 0;
  std::from_chars(id.data() + 2, id.data() + id.size(), index);
  return index;
}

/// Null when libyara doesn't take it.
YaraRules compile_search(const std::vector<Candidate>& candidates) {
  SourceFile file;
  file.file.label = "records";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    file.file.bytes += fmt::format("rule r{} {{ strings:\n", i);
    for (std::size_t s = 0; s < candidates[i].used.size(); ++s)
      if (candidates[i].used[s])
        file.file.bytes +=
            fmt::format("$s{} = {}\n", s, candidates[i].declared->strings[s].with_mods);
    file.file.bytes += "condition: any of them }\n";
  }
  return compile_together({&file}).rules;
}

/// libyara searches some strings in pieces that it joins while it goes on; such a string counts as always present.
bool drop_chained(const YR_RULES& search, std::vector<Candidate>& candidates) {
  bool any = false;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const YR_STRING* string = nullptr;
    yr_rule_strings_foreach((&search.rules_table[i]), string) {
      if (!STRING_IS_CHAIN_PART(string)) continue;
      candidates[i].usable.at(index_of(*string)) = false;
      any = true;
    }
    candidates[i].update();
  }
  return any;
}

void drop_unfiltered(std::vector<Candidate>& candidates) {
  const auto unfiltered = std::remove_if(candidates.begin(), candidates.end(),
                                         [](const Candidate& c) { return c.formula.always; });
  candidates.erase(unfiltered, candidates.end());
}

class Builder {
public:
  Builder(const std::vector<LogSource>& sources, LogRules& into) : sources_(sources), into_(into) {}

  void run(const std::function<void(const RuleInfo&)>& note_every_record) {
    for (const LogSource& source : sources_) collect(source);
    build_search();
    for (const LogSource& source : sources_)
      for (const RuleInfo* rule : source.rules)
        if (rule->is_log && !is_filtered(*rule)) note_every_record(*rule);
    const auto filtered = [&](const RuleInfo& rule) { return rule.is_log && is_filtered(rule); };
    const auto every = [&](const RuleInfo& rule) { return rule.is_log && !is_filtered(rule); };
    add_tables(into_.filtered, filtered);
    add_tables(into_.every, every);
  }

private:
  void collect(const LogSource& source) {
    if (is_compiled(source.source->file.bytes)) return;
    declared_.push_back(declared_rules(without_bom(source.source->file.bytes)));
    if (!declared_.back() || !agree(source, *declared_.back())) return;
    for (std::size_t i = 0; i < source.rules.size(); ++i) {
      if (!source.rules[i]->is_log) continue;
      Candidate candidate{source.rules[i], &declared_.back()->at(i), {}, {}, {}};
      for (const DeclaredString& string : candidate.declared->strings)
        candidate.usable.push_back(found_in_company(string));
      candidate.update();
      candidates_.push_back(std::move(candidate));
    }
  }

  void build_search() {
    drop_unfiltered(candidates_);
    YaraRules search;
    if (!candidates_.empty()) search = compile_search(candidates_);
    if (search && drop_chained(*search, candidates_)) {
      drop_unfiltered(candidates_);
      search = candidates_.empty() ? nullptr : compile_search(candidates_);
    }
    if (!search) candidates_.clear();
    for (const Candidate& candidate : candidates_)
      into_.filters.push_back(
          {&candidate.info->ref, candidate.formula, candidate.declared->strings.size()});
    into_.search = std::move(search);
  }

  bool is_filtered(const RuleInfo& rule) const {
    return std::any_of(into_.filters.begin(), into_.filters.end(),
                       [&](const RecordFilter& filter) { return filter.ref == &rule.ref; });
  }

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
        add_table(tables, load_compiled(source.source->file.bytes), {source}, is_member);
      } else {
        sources.push_back(source.source);
        together.push_back(source);
      }
    }
    if (!sources.empty()) add_table(tables, compile_together(sources).rules, together, is_member);
  }

  template <typename F>
  void add_table(std::vector<LogTable>& tables, YaraRules rules,
                 const std::vector<LogSource>& sources, const F& is_member) {
    LogTable table{std::move(rules), {}};
    for (const LogSource& source : sources)
      for (const RuleInfo* rule : source.rules)
        table.members.push_back(is_member(*rule) && !rule->is_private ? &rule->ref : nullptr);
    if (!table.rules || table.rules->num_rules != table.members.size())
      throw RuleError("rule files changed while they were compiled");
    disable_others(*table.rules, sources, is_member);
    tables.push_back(std::move(table));
  }

  /// What is neither a member nor may be read by one costs time on each record, and changes nothing.
  template <typename F>
  static void disable_others(YR_RULES& rules, const std::vector<LogSource>& sources,
                             const F& is_member) {
    std::size_t index = 0;
    for (const LogSource& source : sources) {
      const std::string& text = source.source->file.bytes;
      const bool known = !is_compiled(text) && source.source->traits.includes.empty();
      for (const RuleInfo* rule : source.rules) {
        YR_RULE& compiled = rules.rules_table[index++];
        if (known && !is_member(*rule) && !rule->is_global &&
            !may_be_referred_to(text, rule->ref.name))
          yr_rule_disable(&compiled);
      }
    }
  }

  const std::vector<LogSource>& sources_;
  LogRules& into_;
  std::vector<std::optional<std::vector<DeclaredRule>>> declared_;
  std::vector<Candidate> candidates_;
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
  std::size_t index = 0;
  for (const LogSource& source : sources) {
    const std::string& text = source.source->file.bytes;
    const bool known = !is_compiled(text) && source.source->traits.includes.empty();
    for (const RuleInfo* rule : source.rules) {
      YR_RULE& compiled = table.rules_table[index++];
      if (known && rule->is_log && !rule->is_global && !may_be_referred_to(text, rule->ref.name))
        yr_rule_disable(&compiled);
    }
  }
}

LogRules build_log_rules(const std::vector<LogSource>& sources,
                         const std::function<void(const RuleInfo&)>& note_every_record) {
  LogRules rules;
  std::vector<LogSource> with_log_rules;
  for (const LogSource& source : sources)
    if (std::any_of(source.rules.begin(), source.rules.end(),
                    [](const RuleInfo* rule) { return rule->is_log; }))
      with_log_rules.push_back(source);
  if (!with_log_rules.empty()) Builder(with_log_rules, rules).run(note_every_record);
  return rules;
}

} // namespace coldsweep
