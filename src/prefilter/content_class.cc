// SPDX-License-Identifier: Apache-2.0
#include "prefilter/content_class.h"

#include "base/checked.h"
#include "prefilter/cover.h"
#include "prefilter/database_cache.h"
#include "prefilter/pattern_core.h"
#include "prefilter/usual_content.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kWidest = 1_KiB; // of a pattern that is searched for in pieces

// What it costs to search for a string, as a share of searching for all of them: a little for each
// pattern, and everything if it occurs.
constexpr double kPatternEffort = 0.0003;
constexpr double kMostChance = 0.3; // of a string: none occurs everywhere
constexpr u64 kUsualSize = 1_MiB;
constexpr double kWorthIt = 0.6; // a first search has at most this share of the patterns

// Hyperscan takes 250 to 520 bytes for each of thousands of patterns.
constexpr u64 kBytesOfPattern = 512;

constexpr double kRare = 16; // bits, at least, of the words of a part that replaces a pattern

/// Numbers the strings of a class in the order in which they are first met.
class LocalNumbers {
public:
  LocalNumbers(const SearchStrings& all, std::vector<u32>& strings)
      : all_(all), strings_(strings) {}

  void localize(Formula& formula) {
    if (formula.kind == Formula::Kind::string) {
      const u32 number = all_.number_of(formula.index);
      const auto [found, is_new] = numbers_.try_emplace(number, static_cast<u32>(strings_.size()));
      if (is_new) strings_.push_back(number);
      formula.index = found->second;
    }
    for (Formula& part : formula.parts) localize(part);
  }

private:
  const SearchStrings& all_;
  std::vector<u32>& strings_;
  std::unordered_map<u32, u32> numbers_;
};

bool may_hold_without_strings(const Formula& formula) {
  return may_hold(
      formula, [](u32) { return false; }, [](u32) { return Answer::unknown; });
}

/// A part that every match contains, no wider than kWidest.
Pattern narrow_part_of(const Pattern& pattern) {
  Pattern core = core_of(pattern);
  const std::vector<ByteRun> runs = necessary_runs(core);
  const bool says_nothing =
      std::any_of(runs.begin(), runs.end(), [](const ByteRun& run) { return run.empty(); });
  return widest(core) <= kWidest && !says_nothing ? core : any_of(necessary_runs(pattern));
}

} // namespace

SearchString::SearchString(const StringPlace& string) {
  for (const PackedPattern& form : string.forms) {
    Pattern searched = form.unpacked();
    bool is_whole = true;
    const auto replace_with = [&](Pattern part) {
      searched = std::move(part);
      is_whole = false;
    };
    // Hyperscan is slow with long gaps. What is between two of them is enough if it is rare.
    if (has_long_repeat(searched)) {
      Pattern core = core_of(searched);
      if (word_bits(core) >= kRare) replace_with(std::move(core));
    }
    if (std::optional<Pattern> part = without_idle_ends(searched)) replace_with(std::move(*part));
    forms.push_back(is_whole ? &form : &parts_.emplace_back(searched));
    expressions.push_back(expression_of(searched));
    rate += usual_rate(searched);
  }
}

SearchStrings::SearchStrings(const std::vector<StringPlace>& places) {
  std::unordered_map<std::string, u32> known;
  for (const StringPlace& place : places) {
    const u32 next = static_cast<u32>(strings_.size());
    std::string key;
    for (const SearchExpression& expression : strings_.emplace_back(place).expressions)
      key += fmt::format("{}{}:{}", expression.nocase ? 'i' : 'c', expression.text.size(),
                         expression.text);
    const auto [found, is_new] = known.try_emplace(std::move(key), next);
    if (!is_new) strings_.pop_back();
    numbers_.push_back(found->second);
  }
  for (const SearchString& string : strings_) patterns_ += string.forms.size();
}

bool ClassMemory::take(u64 bytes) {
  if (full_) return false;
  const i64 more = static_cast<i64>(bytes);
  if ((taken_ += more) <= limit_) return true;
  taken_ -= more;
  full_ = true;
  return false;
}

u64 expected_bytes(std::size_t patterns, bool in_pieces) {
  const u64 all = patterns * kBytesOfPattern;
  return in_pieces ? all + all / 4 * 3 : all;
}

ContentClass::ContentClass(const ClassMaterial& material, const ClassOptions& options,
                           const std::function<Answer(u32 probe)>& known)
    : material_(material), options_(options) {
  add_rules(options.among, known);
  for (const u32 string : strings) patterns_ += material_.strings[string].forms.size();
}

void ContentClass::add_rules(const std::vector<u8>* among,
                             const std::function<Answer(u32 probe)>& known) {
  LocalNumbers numbers(material_.strings, strings);
  std::vector<std::pair<u32, u32>> watched; // string and rule
  for (u32 number = 0; number < material_.conditions.formulas.size(); ++number) {
    if (among != nullptr && (*among)[number] == 0) continue;
    Formula formula = simplified(material_.conditions.formulas[number], known);
    if (formula.is_false()) continue;
    const u32 rule = static_cast<u32>(rules.size());
    numbers.localize(formula);
    std::vector<u32> own;
    collect_strings(formula, own);
    for (const u32 string : own) watched.emplace_back(string, rule);
    const bool needs_string = !may_hold_without_strings(formula);
    if (!needs_string) without_strings.push_back(rule);
    rules.push_back({number, formulas.add(formula), needs_string});
  }
  std::sort(watched.begin(), watched.end());
  watched.erase(std::unique(watched.begin(), watched.end()), watched.end());
  watchers_.reserve(watched.size());
  watchers_from_.resize(strings.size() + 1);
  for (const auto& [string, rule] : watched) {
    watchers_.push_back(rule);
    ++watchers_from_[string + 1];
  }
  std::partial_sum(watchers_from_.begin(), watchers_from_.end(), watchers_from_.begin());
  rules.shrink_to_fit();
  formulas.shrink();
}

u64 ContentClass::expected_bytes() const {
  return formulas.bytes() + rules.size() * (sizeof(Rule) + sizeof(u32)) +
         (watchers_.size() + 2 * strings.size()) * sizeof(u32) +
         coldsweep::expected_bytes(patterns_, options_.in_pieces);
}

/// Rules with little choice come first. The strings that they need cost the other rules nothing.
std::vector<u8> ContentClass::choose_cover() const {
  const u64 size = std::min(options_.size.most, kUsualSize);
  std::vector<u8> covering(strings.size());
  const auto price = [&](u32 string) {
    const SearchString& of = material_.strings[strings[string]];
    const double effort = kPatternEffort * static_cast<double>(of.expressions.size());
    return SearchPrice{covering[string] != 0 ? 0.0 : effort,
                       std::min(kMostChance, of.rate * static_cast<double>(size))};
  };
  std::vector<std::pair<std::size_t, u32>> order;
  for (u32 rule = 0; rule < rules.size(); ++rule)
    if (rules[rule].needs_string)
      order.emplace_back(size_of(formulas.unpacked(rules[rule].formula)), rule);
  std::sort(order.begin(), order.end());
  const std::size_t missing = material_.fault == PlantedFault::cover_one_part_too_few ? 1 : 0;
  for (const auto& [parts, rule] : order) {
    const std::optional<Cover> cover =
        cover_of(formulas.unpacked(rules[rule].formula), price, missing);
    for (const u32 string : cover.value().strings) covering[string] = 1;
  }
  return covering;
}

void ContentClass::prepare(First& first) const {
  first.covering.resize(strings.size());
  if (!options_.first_search || !search_available()) return;
  first.covering = choose_cover();
  std::vector<SearchPattern> few =
      patterns_of([&](u32 string) { return first.covering[string] != 0; });
  const bool worth_it =
      static_cast<double>(few.size()) <= kWorthIt * static_cast<double>(patterns_);
  if (few.empty() || (!options_.in_pieces && !worth_it)) return;
  std::deque<PackedPattern> parts;
  std::deque<SearchExpression> expressions;
  if (options_.in_pieces) {
    for (SearchPattern& pattern : few) {
      if (pattern.pattern->widest() > kWidest) {
        const Pattern part = narrow_part_of(pattern.pattern->unpacked());
        pattern.pattern = &parts.emplace_back(part);
        pattern.expression = &expressions.emplace_back(expression_of(part));
      }
      first.overlap = std::max(first.overlap, saturating_subtract(pattern.pattern->widest(), 1));
    }
    if (material_.fault == PlantedFault::forget_overlap) first.overlap = 0;
  }
  first.database = cached_database(few, material_.cache_folder);
  const u64 expected = options_.in_pieces ? coldsweep::expected_bytes(patterns_, true) -
                                                coldsweep::expected_bytes(patterns_, false)
                                          : 0;
  material_.memory.add(static_cast<i64>(first.database->bytes()) - static_cast<i64>(expected));
}

const ContentClass::First& ContentClass::first() const {
  std::call_once(first_asked_, [&] { prepare(first_); });
  return first_;
}

std::vector<SearchPattern>
ContentClass::patterns_of(const std::function<bool(u32 string)>& wanted) const {
  std::vector<SearchPattern> patterns;
  for (u32 string = 0; string < strings.size(); ++string) {
    if (!wanted(string)) continue;
    const SearchString& of = material_.strings[strings[string]];
    for (std::size_t form = 0; form < of.forms.size(); ++form)
      patterns.push_back({string, of.forms[form], &of.expressions[form]});
  }
  return patterns;
}

const SearchDatabase* ContentClass::all() const {
  std::call_once(all_asked_, [&] {
    const std::vector<SearchPattern> patterns = patterns_of([](u32) { return true; });
    if (patterns.empty() || !search_available()) return;
    all_ = cached_database(patterns, material_.cache_folder);
    material_.memory.add(static_cast<i64>(all_->bytes()) -
                         static_cast<i64>(coldsweep::expected_bytes(patterns_, false)));
  });
  return all_ ? &*all_ : nullptr;
}

} // namespace coldsweep
