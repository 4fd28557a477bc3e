// SPDX-License-Identifier: Apache-2.0
#include "rules/prefilter/prefilter.h"

#include "rules/prefilter/database_cache.h"

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <unordered_map>

namespace coldsweep {
namespace {

/// Upper ends of the size classes: content of one class shares a database.
constexpr std::array<u64, 8> kSizes{4_KiB, 16_KiB, 64_KiB, 256_KiB,
                                    1_MiB, 4_MiB,  16_MiB, std::numeric_limits<i64>::max()};
constexpr u64 kBeginning = 16;          // bytes that tell classes apart
constexpr std::size_t kMostTelling = 4; // probes of them: each makes a class of its own
constexpr std::size_t kLeastTold = 8;   // rules that a probe must concern to be worth it
constexpr u64 kLookFirst = 64_KiB;      // a pass over more is worth a look at all probes first
constexpr double kShareTold = 0.02;
constexpr u32 kRawSpace = 1000; // the class of what has no size and no beginning

SizeRange range_of(u32 size_class) {
  return {size_class == 0 ? 0 : kSizes[size_class - 1] + 1, kSizes[size_class]};
}

void count_probes(const Formula& formula, std::vector<u32>& counts) {
  if (formula.kind == Formula::Kind::probe) ++counts[formula.index];
  for (const Formula& part : formula.parts) count_probes(part, counts);
}

std::vector<u32> telling_probes(const Conditions& conditions) {
  std::vector<u32> counts(conditions.probes.size());
  for (const Formula& formula : conditions.formulas) count_probes(formula, counts);
  std::vector<u32> telling;
  const auto enough = std::max(
      kLeastTold,
      static_cast<std::size_t>(kShareTold * static_cast<double>(conditions.formulas.size())));
  for (u32 probe = 0; probe < counts.size(); ++probe)
    if (counts[probe] >= enough && asks_only_beginning(conditions.probes[probe], kBeginning))
      telling.push_back(probe);
  std::stable_sort(telling.begin(), telling.end(),
                   [&](u32 a, u32 b) { return counts[a] > counts[b]; });
  if (telling.size() > kMostTelling) telling.resize(kMostTelling);
  return telling;
}

/// The number of a string within a class, handed out as it is first met.
void localize(Formula& formula, std::unordered_map<u32, u32>& numbers, std::vector<u32>& strings) {
  if (formula.kind == Formula::Kind::string) {
    const auto [found, is_new] =
        numbers.try_emplace(formula.index, static_cast<u32>(strings.size()));
    if (is_new) strings.push_back(formula.index);
    formula.index = found->second;
  }
  for (Formula& part : formula.parts) localize(part, numbers, strings);
}

} // namespace

struct Prefilter::ContentClass {
  struct Rule {
    u32 number = 0;
    Formula formula; // strings by their number in this class
  };
  std::vector<Rule> rules;
  std::vector<u32> without_strings;       // rules that may match where no string occurs
  std::vector<std::vector<u32>> watchers; // by string: rules that ask for it
  std::vector<u32> strings;               // of all rules, by their number in this class
  std::optional<SearchDatabase> database; // absent: every string may occur
};

struct Prefilter::Slot {
  std::once_flag built;
  std::unique_ptr<ContentClass> content_class;
};

Prefilter::Prefilter(Conditions conditions, std::filesystem::path cache_folder)
    : conditions_(std::move(conditions)), cache_folder_(std::move(cache_folder)),
      telling_(telling_probes(conditions_)) {
  expressions_.reserve(conditions_.strings.size());
  for (const StringPlace& string : conditions_.strings) {
    std::vector<SearchExpression>& of = expressions_.emplace_back();
    for (const Pattern& form : string.forms) of.push_back(expression_of(form));
  }
}
Prefilter::~Prefilter() = default;

Prefilter::ClassKey Prefilter::key_of(ByteView content) const {
  ClassKey key;
  while (content.size() > kSizes[key.size]) ++key.size;
  for (std::size_t i = 0; i < telling_.size(); ++i)
    if (ask(conditions_.probes[telling_[i]], content, {}) == Answer::yes) key.beginning |= 1U << i;
  return key;
}

const Prefilter::ContentClass& Prefilter::class_of(ByteView content) const {
  return class_of(key_of(content));
}

const Prefilter::ContentClass& Prefilter::class_of(const ClassKey& key) const {
  const std::shared_ptr<Slot> slot = classes_.with([&](auto& classes) {
    std::shared_ptr<Slot>& found = classes[key];
    if (!found) found = std::make_shared<Slot>();
    return found;
  });
  std::call_once(slot->built, [&] { slot->content_class = build(key); });
  return *slot->content_class; // lives as long as the filter
}

std::unique_ptr<Prefilter::ContentClass> Prefilter::build(const ClassKey& key) const {
  auto made = std::make_unique<ContentClass>();
  const bool is_raw = key.size == kRawSpace;
  const SizeRange size = is_raw ? SizeRange{} : range_of(key.size);
  const auto known = [&](u32 probe) {
    if (is_raw) return Answer::unknown;
    for (std::size_t i = 0; i < telling_.size(); ++i)
      if (telling_[i] == probe) return (key.beginning >> i & 1) != 0 ? Answer::yes : Answer::no;
    return ask(conditions_.probes[probe], size);
  };
  const auto unknown = [](u32) { return Answer::unknown; };
  std::unordered_map<u32, u32> numbers;
  for (u32 number = 0; number < conditions_.formulas.size(); ++number) {
    Formula formula = simplified(conditions_.formulas[number], known);
    if (formula.is_false()) continue;
    const u32 rule = static_cast<u32>(made->rules.size());
    localize(formula, numbers, made->strings);
    made->watchers.resize(made->strings.size());
    std::vector<u32> own;
    collect_strings(formula, own);
    for (const u32 string : own)
      if (made->watchers[string].empty() || made->watchers[string].back() != rule)
        made->watchers[string].push_back(rule);
    if (may_hold(
            formula, [](u32) { return false; }, unknown))
      made->without_strings.push_back(rule);
    made->rules.push_back({number, std::move(formula)});
  }
  std::vector<SearchPattern> patterns;
  for (u32 string = 0; string < made->strings.size(); ++string) {
    const std::vector<Pattern>& forms = conditions_.strings[made->strings[string]].forms;
    const std::vector<SearchExpression>& expressions = expressions_[made->strings[string]];
    for (std::size_t form = 0; form < forms.size(); ++form)
      patterns.push_back({string, &forms[form], &expressions[form]});
  }
  if (!patterns.empty() && search_available())
    made->database = cached_database(patterns, cache_folder_);
  return made;
}

bool Prefilter::any_possible(const ContentClass& of, ByteView content,
                             const Externals& externals) const {
  return std::any_of(of.rules.begin(), of.rules.end(), [&](const ContentClass::Rule& rule) {
    return may_hold(
        rule.formula, [](u32) { return true; },
        [&](u32 probe) { return ask(conditions_.probes[probe], content, externals); });
  });
}

void Prefilter::search(const ContentClass& of, ByteView content, PrefilterScratch& scratch) const {
  scratch.found.clear();
  scratch.found.reserve(of.strings.size());
  scratch.present.assign(of.strings.size(), 0);
  if (!of.strings.empty() &&
      !(of.database && of.database->search(content, scratch.search, scratch.found))) {
    scratch.found.resize(of.strings.size());
    for (u32 i = 0; i < scratch.found.size(); ++i) scratch.found[i] = i;
  }
  for (const u32 string : scratch.found) scratch.present[string] = 1;
  scratch.candidates.clear();
  scratch.is_candidate.assign(of.rules.size(), 0);
  for (const u32 string : scratch.found)
    for (const u32 rule : of.watchers[string])
      if (std::exchange(scratch.is_candidate[rule], u8{1}) == 0) scratch.candidates.push_back(rule);
}

void Prefilter::decide(ByteView content, const Externals& externals, PrefilterScratch& scratch,
                       PossibleRules& rules) const {
  rules.without_strings.clear();
  rules.with_strings.clear();
  const ContentClass& of = class_of(content);
  if (of.rules.empty()) return;
  if (content.size() >= kLookFirst && !any_possible(of, content, externals)) return;

  search(of, content, scratch);
  for (const u32 rule : of.without_strings) scratch.is_candidate[rule] = 2;
  std::erase_if(scratch.candidates, [&](u32 rule) { return scratch.is_candidate[rule] == 2; });
  const auto keep_possible = [&](const std::vector<u32>& candidates, std::vector<u32>& possible) {
    for (const u32 rule : candidates)
      if (may_hold(
              of.rules[rule].formula, [&](u32 string) { return scratch.present[string] != 0; },
              [&](u32 probe) { return ask(conditions_.probes[probe], content, externals); }))
        possible.push_back(of.rules[rule].number);
    std::sort(possible.begin(), possible.end());
  };
  keep_possible(of.without_strings, rules.without_strings);
  keep_possible(scratch.candidates, rules.with_strings);
}

void Prefilter::decide_raw(ByteView content, PrefilterScratch& scratch,
                           PossibleRules& rules) const {
  rules.without_strings.clear();
  rules.with_strings.clear();
  const ContentClass& of = class_of(ClassKey{kRawSpace, 0});
  if (of.rules.empty()) return;
  search(of, content, scratch);
  const auto unknown = [](u32) { return Answer::unknown; };
  for (const u32 rule : scratch.candidates)
    if (may_hold(
            of.rules[rule].formula, [&](u32 s) { return scratch.present[s] != 0; }, unknown))
      rules.with_strings.push_back(of.rules[rule].number);
  std::sort(rules.with_strings.begin(), rules.with_strings.end());
  for (const u32 rule : of.without_strings)
    if (of.rules[rule].formula.is_true()) rules.without_strings.push_back(of.rules[rule].number);
}

bool Prefilter::may_match_somewhere(u32 rule,
                                    const std::function<bool(const StringPlace&)>& occurs) const {
  return may_hold(
      conditions_.formulas[rule], [&](u32 string) { return occurs(conditions_.strings[string]); },
      [](u32) { return Answer::unknown; });
}

bool Prefilter::may_match(u32 rule, ByteView content, const Externals& externals,
                          const std::function<bool(const StringPlace&)>& occurs) const {
  return may_hold(
      conditions_.formulas[rule], [&](u32 string) { return occurs(conditions_.strings[string]); },
      [&](u32 probe) { return ask(conditions_.probes[probe], content, externals); });
}

} // namespace coldsweep
