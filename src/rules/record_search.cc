// SPDX-License-Identifier: Apache-2.0
// The search is a rule file that we write: for each log rule its strings as their author wrote
// them, named by their ordinals, and a condition that takes no time. Rules that can't be searched
// for that way (compiled rules, included files, conditions that need no string) are left out.
#include "rules/record_search.h"

#include "prefilter/necessary.h"
#include "prefilter/parse.h"

#include <algorithm>
#include <charconv>
#include <deque>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// `^`, `$`, `\b` and `\B` depend on what is next to the match.
bool has_anchor(std::string_view regex) {
  for (std::size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] == '\\') {
      ++i;
      if (i < regex.size() && (regex[i] == 'b' || regex[i] == 'B')) return true;
    } else if (regex[i] == '$' || (regex[i] == '^' && (i == 0 || regex[i - 1] != '['))) {
      return true;
    }
  }
  return false;
}

/// Whether a search over many records finds the string wherever a search of one record does. It may
/// not if the string is anchored, or is a word whose ends depend on what is next to the record.
bool is_found_among_records(const StringDeclaration& string) {
  switch (string.kind) {
  case StringDeclaration::Kind::regex: return !string.fullword && !has_anchor(string.body);
  case StringDeclaration::Kind::text: return !(string.fullword && string.xor_keys);
  case StringDeclaration::Kind::hex: return true;
  }
  return false;
}

/// Whether the parsed rules are those that libyara has.
bool agree(const LogSource& source, const ParsedSource& parsed) {
  if (!parsed.problem.empty() || parsed.rules.size() != source.rules.size()) return false;
  for (std::size_t i = 0; i < parsed.rules.size(); ++i)
    if (parsed.rules[i].name != source.rules[i]->ref.name) return false;
  return true;
}

/// A log rule that may be searched for.
class Candidate {
public:
  Candidate(const RuleInfo& info, const ParsedRule& parsed, Formula condition)
      : info_(&info), parsed_(&parsed), formula_(std::move(condition)) {
    for (u32 i = 0; i < parsed.strings.size(); ++i)
      if (parsed.text_of(parsed.strings[i]).empty() || !is_found_among_records(parsed.strings[i]))
        count_as_present(i);
  }

  /// The string can't be searched for.
  void count_as_present(u32 ordinal) {
    formula_ = replaced(formula_, [&](const Formula& string) {
      return string.index == ordinal ? constant(true) : string;
    });
  }

  /// Whether no string decides.
  bool is_settled() const { return formula_.kind == Formula::Kind::constant; }

  /// The rule of the search, under a name of its own.
  std::string search_rule(std::size_t number) const {
    std::vector<u32> needed;
    collect_strings(formula_, needed);
    std::sort(needed.begin(), needed.end());
    needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
    std::string rule = fmt::format("rule r{} {{ strings:\n", number);
    for (const u32 ordinal : needed)
      rule += fmt::format("$s{} = {}\n", ordinal, parsed_->text_of(parsed_->strings[ordinal]));
    return rule + "condition: any of them }\n";
  }

  RecordFilter filter() const { return {&info_->ref, formula_, parsed_->strings.size()}; }

private:
  const RuleInfo* info_;
  const ParsedRule* parsed_;
  Formula formula_; // over the strings of the rule, by their ordinals
};

class Builder {
public:
  RecordSearch run(const std::vector<LogSource>& sources) {
    for (const LogSource& source : sources) collect(source);
    YaraRules rules = compile();
    if (rules && drop_chained(*rules)) rules = compile();
    RecordSearch search;
    if (rules)
      for (const Candidate& candidate : candidates_) search.filters.push_back(candidate.filter());
    search.rules = std::move(rules);
    return search;
  }

private:
  void collect(const LogSource& source) {
    const std::string& text = source.source->file.bytes;
    if (is_compiled(text) || !source.source->traits.includes.empty()) return;
    const ParsedSource& parsed = parsed_.emplace_back(parse_source(without_bom(text), {}));
    if (!agree(source, parsed)) return;
    ConditionBuilder builder(StringSearch::by_libyara);
    builder.add(parsed);
    const Conditions conditions = builder.finish();
    for (u32 i = 0; i < source.rules.size(); ++i)
      if (source.rules[i]->is_log)
        candidates_.emplace_back(*source.rules[i], parsed.rules[i],
                                 over_own_strings(conditions, i));
  }

  /// Null if there is nothing to search for, or libyara doesn't take it.
  YaraRules compile() {
    std::erase_if(candidates_, [](const Candidate& candidate) { return candidate.is_settled(); });
    if (candidates_.empty()) return nullptr;
    SourceFile file;
    file.file.label = "records";
    for (std::size_t i = 0; i < candidates_.size(); ++i)
      file.file.bytes += candidates_[i].search_rule(i);
    return compile_together({&file}, {}).rules;
  }

  /// libyara searches for some strings in pieces that it joins later; such a string counts as
  /// present. Whether there was one.
  bool drop_chained(const YR_RULES& search) {
    bool any = false;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const YR_STRING* string = nullptr;
      yr_rule_strings_foreach((&search.rules_table[i]), string) {
        if (!STRING_IS_CHAIN_PART(string)) continue;
        candidates_[i].count_as_present(ordinal_of(*string));
        any = true;
      }
    }
    return any;
  }

  std::deque<ParsedSource> parsed_; // candidates point into it
  std::vector<Candidate> candidates_;
};

} // namespace

bool RecordSearch::has(const RuleInfo& rule) const {
  return std::any_of(filters.begin(), filters.end(),
                     [&](const RecordFilter& filter) { return filter.ref == &rule.ref; });
}

RecordSearch build_record_search(const std::vector<LogSource>& sources) {
  return Builder().run(sources);
}

u32 ordinal_of(const YR_STRING& string) {
  const std::string_view id(string.identifier);
  u32 ordinal = 0;
  std::from_chars(id.data() + 2, id.data() + id.size(), ordinal);
  return ordinal;
}

} // namespace coldsweep
