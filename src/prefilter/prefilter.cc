// SPDX-License-Identifier: Apache-2.0
#include "prefilter/prefilter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <utility>

namespace coldsweep {
namespace {

/// Upper ends of the size classes: content of one class shares a database.
constexpr std::array<u64, kSizeClasses> kSizes{
    4_KiB, 16_KiB, 64_KiB, 256_KiB, 1_MiB, 4_MiB, 16_MiB, std::numeric_limits<i64>::max()};
constexpr u64 kBeginning = 16;                 // bytes that distinguish classes
constexpr std::size_t kMostDiscriminators = 4; // probes of them: each makes a class of its own
constexpr std::size_t kMostDiscriminatorsLarge = 8;
constexpr std::size_t kLeastTold = 8; // rules that a probe must concern to be worth it
constexpr u64 kLookFirst = 64_KiB;    // before a pass over more, all probes are tried
constexpr double kShareTold = 0.02;
constexpr u64 kLeastInPieces = 1_MiB; // content up to this size is held whole
constexpr u64 kHead = 64_KiB;         // of content in pieces, for probes
// In place of a size class: any content (raw space, or no room for a class); blocks of records.
constexpr u32 kAnyContent = 1000;
constexpr u32 kRecords = 1001;

SizeRange range_of(u32 size_class) {
  return {size_class == 0 ? 0 : kSizes[size_class - 1] + 1, kSizes[size_class]};
}

void count_probes(const Formula& formula, std::vector<u32>& counts) {
  if (formula.kind == Formula::Kind::probe) ++counts[formula.index];
  for (const Formula& part : formula.parts) count_probes(part, counts);
}

/// Probes of the beginning that concern many of the rules that content of this size may match. For
/// large content, a single rule is worth a class of its own.
std::vector<u32> discriminating_probes(const Conditions& conditions, u32 size_class) {
  const SizeRange size = range_of(size_class);
  const bool large = size.least > kLeastInPieces;
  std::vector<u32> counts(conditions.probes.size());
  std::size_t rules = 0;
  for (const Formula& formula : conditions.formulas) {
    const Formula left =
        simplified(formula, [&](u32 probe) { return ask(conditions.probes[probe], size); });
    count_probes(left, counts);
    rules += left.is_false() ? 0 : 1;
  }
  const std::size_t enough =
      large
          ? 1
          : std::max(kLeastTold, static_cast<std::size_t>(kShareTold * static_cast<double>(rules)));
  std::vector<u32> discriminators;
  for (u32 probe = 0; probe < counts.size(); ++probe)
    if (counts[probe] >= enough && asks_only_beginning(conditions.probes[probe], kBeginning))
      discriminators.push_back(probe);
  std::stable_sort(discriminators.begin(), discriminators.end(),
                   [&](u32 a, u32 b) { return counts[a] > counts[b]; });
  const std::size_t most = large ? kMostDiscriminatorsLarge : kMostDiscriminators;
  if (discriminators.size() > most) discriminators.resize(most);
  return discriminators;
}

/// Marks what the search found, and the rules that have it in their formula. Whether any is new.
bool take_found(const ContentClass& of, PrefilterScratch& scratch) {
  bool any_new = false;
  for (const u32 string : scratch.found) {
    if (std::exchange(scratch.present[string], u8{1}) != 0) continue;
    any_new = true;
    for (const u32 rule : of.watchers_of(string))
      if (std::exchange(scratch.is_candidate[rule], u8{1}) == 0) scratch.candidates.push_back(rule);
  }
  scratch.found.clear();
  return any_new;
}

void begin_search(const ContentClass& of, PrefilterScratch& scratch) {
  scratch.found.clear();
  scratch.found.reserve(of.strings.size());
  scratch.present.assign(of.strings.size(), 0);
  scratch.candidates.clear();
  scratch.is_candidate.assign(of.rules.size(), 0);
}

/// With a null `database` nothing is known, and each string counts as found. Whether any string is
/// found that was not found before.
bool search(const ContentClass& of, const SearchDatabase* database, ByteView content,
            PrefilterScratch& scratch) {
  if (of.strings.empty()) return false;
  if (database == nullptr || !database->search(content, scratch.search, scratch.found)) {
    scratch.found.resize(of.strings.size());
    for (u32 i = 0; i < scratch.found.size(); ++i) scratch.found[i] = i;
  }
  return take_found(of, scratch);
}

/// After the first search, which did not look for all strings.
auto found_or_not_looked_for(const ContentClass::First& first, const PrefilterScratch& scratch) {
  return [&](u32 string) { return scratch.present[string] != 0 || first.covering[string] == 0; };
}

} // namespace

struct Prefilter::Slot {
  std::once_flag built;
  std::shared_ptr<const ContentClass> content_class;
};

Prefilter::Prefilter(Conditions conditions, std::vector<u8> of_records,
                     std::filesystem::path cache_folder, u64 memory, PlantedFault fault)
    : conditions_(std::move(conditions)), strings_(conditions_.strings),
      cache_folder_(std::move(cache_folder)), fault_(fault), of_records_(std::move(of_records)),
      memory_(memory) {
  memory_.add(static_cast<i64>(expected_bytes(strings_.patterns(), true))); // of any content
}
Prefilter::~Prefilter() = default;

Prefilter::ClassKey Prefilter::key_of(const KnownContent& content) const {
  ClassKey key;
  while (content.size > kSizes[key.size]) ++key.size;
  const std::vector<u32>& probes = discriminators(key.size);
  for (std::size_t i = 0; i < probes.size(); ++i)
    if (ask(conditions_.probes[probes[i]], content, {}) == Answer::yes) key.beginning |= 1U << i;
  return key;
}

const std::vector<u32>& Prefilter::discriminators(u32 size_class) const {
  Discriminators& of = discriminators_.at(size_class);
  std::call_once(of.chosen, [&] { of.probes = discriminating_probes(conditions_, size_class); });
  return of.probes;
}

std::shared_ptr<const ContentClass> Prefilter::shared_class(const ClassKey& key) const {
  const std::shared_ptr<Slot> slot = classes_.with([&](auto& classes) {
    std::shared_ptr<Slot>& found = classes[key];
    if (!found) found = std::make_shared<Slot>();
    return found;
  });
  std::call_once(slot->built, [&] { slot->content_class = build(key); });
  return slot->content_class;
}

const ContentClass& Prefilter::class_of(const ClassKey& key) const {
  return *shared_class(key); // lives as long as the filter
}

std::shared_ptr<const ContentClass> Prefilter::build(const ClassKey& key) const {
  const ClassKey any{kAnyContent, 0};
  const bool has_size = key.size < kSizeClasses;
  if (has_size && memory_.is_full()) return shared_class(any);
  const SizeRange size =
      has_size ? range_of(key.size) : SizeRange{0, std::numeric_limits<i64>::max()};
  const auto known = [&](u32 probe) {
    if (!has_size) return Answer::unknown;
    const std::vector<u32>& probes = discriminators(key.size);
    for (std::size_t i = 0; i < probes.size(); ++i)
      if (probes[i] == probe) return (key.beginning >> i & 1) != 0 ? Answer::yes : Answer::no;
    return ask(conditions_.probes[probe], size);
  };
  const ClassMaterial material{conditions_, strings_, cache_folder_, memory_, fault_};
  const ClassOptions options{size, key.size != kRecords,
                             key.size == kRecords ? &of_records_ : nullptr,
                             key == any || (has_size && size.least > kLeastInPieces)};
  auto made = std::make_shared<const ContentClass>(material, options, known);
  if (!has_size) {
    const u64 reserved = key == any ? expected_bytes(strings_.patterns(), true) : 0;
    memory_.add(static_cast<i64>(made->expected_bytes()) - static_cast<i64>(reserved));
    return made;
  }
  return memory_.take(made->expected_bytes()) ? made : shared_class(any);
}

bool Prefilter::any_possible(const ContentClass& of, const KnownContent& content,
                             const Externals& externals) const {
  return std::any_of(of.rules.begin(), of.rules.end(), [&](const ContentClass::Rule& rule) {
    return of.formulas.may_hold(
        rule.formula, [](u32) { return true; },
        [&](u32 probe) { return ask(conditions_.probes[probe], content, externals); });
  });
}

/// Whether, after a first search, the strings that it did not look for may make a difference.
bool Prefilter::is_worth_full_search(const ContentClass& of, ByteView content,
                                     const Externals& externals, PrefilterScratch& scratch) const {
  const ContentClass::First& first = of.first();
  search(of, &*first.database, content, scratch);
  const auto answer = [&](u32 probe) { return ask(conditions_.probes[probe], content, externals); };
  const auto occurs = found_or_not_looked_for(first, scratch);
  const auto is_open = [&](u32 rule) {
    return of.formulas.may_hold(of.rules[rule].formula, occurs, answer);
  };
  const auto depends_on_strings = [&](u32 rule) {
    return is_open(rule) && !of.formulas.may_hold(
                                of.rules[rule].formula, [](u32) { return false; }, answer);
  };
  return std::any_of(scratch.candidates.begin(), scratch.candidates.end(), depends_on_strings) ||
         std::any_of(of.without_strings.begin(), of.without_strings.end(), depends_on_strings);
}

void Prefilter::decide(ByteView content, const Externals& externals, PrefilterScratch& scratch,
                       PossibleRules& rules) const {
  rules.without_strings.clear();
  rules.with_strings.clear();
  const bool left_open = std::exchange(scratch.left_open, false);
  const ContentClass& of = class_of(key_of(content));
  if (of.rules.empty()) return;
  if (content.size() >= kLookFirst && !any_possible(of, content, externals)) return;

  begin_search(of, scratch);
  // In a class of any content, the first search is for what is large.
  const bool first = !left_open && (content.size() > kLeastInPieces || !of.is_in_pieces());
  if (!first || !of.first().database || is_worth_full_search(of, content, externals, scratch))
    search(of, of.all(), content, scratch);
  const auto keep_possible = [&](const std::vector<u32>& candidates, bool needing,
                                 std::vector<u32>& possible) {
    for (const u32 rule : candidates)
      if (of.rules[rule].needs_string == needing &&
          of.formulas.may_hold(
              of.rules[rule].formula, [&](u32 string) { return scratch.present[string] != 0; },
              [&](u32 probe) { return ask(conditions_.probes[probe], content, externals); }))
        possible.push_back(of.rules[rule].number);
    std::sort(possible.begin(), possible.end());
  };
  keep_possible(of.without_strings, false, rules.without_strings);
  keep_possible(scratch.candidates, true, rules.with_strings);
}

bool Prefilter::rules_out(u64 size, std::span<const Externals> names, const NextPiece& next,
                          const std::function<bool(u32 rule)>& excepted,
                          PrefilterScratch& scratch) const {
  ByteView piece = next(0);
  scratch.head.assign(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(
                                                         std::min<u64>(piece.size(), kHead)));
  const KnownContent known(scratch.head,
                           fault_ == PlantedFault::take_head_for_all ? scratch.head.size() : size);
  const ContentClass& of = class_of(key_of(known));
  const ContentClass::First& first = of.first();
  const auto occurs = found_or_not_looked_for(first, scratch);
  const auto is_open = [&](u32 rule) {
    return !excepted(of.rules[rule].number) &&
           std::any_of(names.begin(), names.end(), [&](const Externals& externals) {
             return of.formulas.may_hold(of.rules[rule].formula, occurs, [&](u32 probe) {
               return ask(conditions_.probes[probe], known, externals);
             });
           });
  };
  begin_search(of, scratch);
  if (std::any_of(of.without_strings.begin(), of.without_strings.end(), is_open)) return false;
  const bool needs_search =
      std::any_of(names.begin(), names.end(),
                  [&](const Externals& externals) { return any_possible(of, known, externals); });
  if (needs_search && !first.database) return false;
  for (; !piece.empty(); piece = next(first.overlap))
    if (needs_search && search(of, &*first.database, piece, scratch) &&
        std::any_of(scratch.candidates.begin(), scratch.candidates.end(), is_open)) {
      scratch.left_open = true;
      return false;
    }
  return true;
}

void Prefilter::decide_raw(ByteView content, PrefilterScratch& scratch,
                           PossibleRules& rules) const {
  rules.without_strings.clear();
  rules.with_strings.clear();
  const ContentClass& of = class_of(ClassKey{kAnyContent, 0});
  if (of.rules.empty()) return;
  begin_search(of, scratch);
  search(of, of.all(), content, scratch);
  const auto unknown = [](u32) { return Answer::unknown; };
  for (const u32 rule : scratch.candidates)
    if (of.formulas.may_hold(
            of.rules[rule].formula, [&](u32 s) { return scratch.present[s] != 0; }, unknown))
      rules.with_strings.push_back(of.rules[rule].number);
  std::sort(rules.with_strings.begin(), rules.with_strings.end());
  for (const u32 rule : of.without_strings)
    if (of.formulas.is_true(of.rules[rule].formula))
      rules.without_strings.push_back(of.rules[rule].number);
}

bool Prefilter::may_match_records(ByteView records, PrefilterScratch& scratch) const {
  const ContentClass& of = class_of(ClassKey{kRecords, 0});
  if (!of.without_strings.empty()) return true;
  begin_search(of, scratch);
  search(of, of.all(), records, scratch);
  return std::any_of(scratch.candidates.begin(), scratch.candidates.end(), [&](u32 rule) {
    return of.formulas.may_hold(
        of.rules[rule].formula, [&](u32 s) { return scratch.present[s] != 0; },
        [](u32) { return Answer::unknown; });
  });
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
