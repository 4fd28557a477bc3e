// SPDX-License-Identifier: Apache-2.0
// Content -> the rules that may match it, by the prefilter; then the result of the same scan if it
// was done before, else libyara's.
#include "rules/scanner.h"

#include "base/error.h"
#include "base/hash.h"
#include "rules/compiled.h"
#include "rules/table_scan.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep {
namespace {

constexpr u64 kLeastForGroup = 64_KiB; // of content worth compiling the rules that may match
constexpr u32 kManyRules = 500;        // a set this large is slow even on small content

void put_in_order(std::vector<RuleMatch>& matches) {
  std::sort(matches.begin(), matches.end(), [](const RuleMatch& a, const RuleMatch& b) {
    return std::tie(a.rule->name_space, a.rule->name) < std::tie(b.rule->name_space, b.rule->name);
  });
  // A rule that two groups need was evaluated twice.
  matches.erase(
      std::unique(matches.begin(), matches.end(),
                  [](const RuleMatch& a, const RuleMatch& b) { return a.rule == b.rule; }),
      matches.end());
}

void put_in_order(ScanResult& result) {
  put_in_order(result.matches);
  put_in_order(result.unjudged);
  std::sort(result.truncated.begin(), result.truncated.end());
  result.truncated.erase(std::unique(result.truncated.begin(), result.truncated.end()),
                         result.truncated.end());
  std::sort(result.failed.begin(), result.failed.end());
  result.failed.erase(std::unique(result.failed.begin(), result.failed.end()), result.failed.end());
}

/// Of a content on which all rules failed.
ScanResult nothing_known(const std::vector<FailedRules>& failed) {
  ScanResult nothing;
  nothing.timed_out = std::any_of(failed.begin(), failed.end(),
                                  [](const FailedRules& rules) { return rules.timed_out; });
  if (!nothing.timed_out) nothing.error = failed.front().what;
  return nothing;
}

} // namespace

enum class RulesAsked : u8 { all, path_dependent, all_of_raw_space };

struct Scanner::State {
  const RuleSet::Compiled& compiled;
  Prefiltering prefiltering;
  FilterCounts counts;
  PrefilterScratch scratch;
  PossibleRules possible;                           // for the current content
  std::vector<u32> in_raw;                          // in raw space: all of them, in order
  std::vector<RuleGroups::Table> groups;            // of the possible rules
  std::map<const RuleTable*, YaraScanner> scanners; // created on first use
  RuleRefs slow;                                    // rules that took too long on a stream
  u64 slow_for = 0;                                 // id of that stream's deadline

  /// What to scan with: tables with a rule that may match, or a few such rules on their own.
  std::vector<const RuleTable*> choose_tables(RulesAsked asked, ByteView content,
                                              const Externals& externals);
  /// Identifies all that the result depends on, if no limit is reached. Empty if no result of
  /// another stream is used.
  std::string key_of(RulesAsked asked, const std::vector<const RuleTable*>& tables,
                     ByteView content, const Externals& externals) const;
  bool may_read_externals(const std::vector<const RuleTable*>& tables) const;
  bool is_worth_groups(ByteView content, u32 rules) const;
  void group_possible(const RuleFilter& filter);

  ScanResult run(RulesAsked asked, ByteView content, const Externals& externals,
                 const Deadline& deadline);
  /// See TableScan::run().
  void scan_table(const RuleTable& table, const ScannedContent& content, ScanResult& result,
                  RuleRefs& unknown);
  const std::vector<const RuleTable*>& tables_of(RulesAsked asked) const {
    return asked == RulesAsked::path_dependent ? compiled.path_dependent : compiled.all;
  }
  std::size_t rules_of(RulesAsked asked) const;
  YR_SCANNER* scanner_of(const RuleTable& table);
};

YR_SCANNER* Scanner::State::scanner_of(const RuleTable& table) {
  YaraScanner& scanner = scanners[&table];
  if (!scanner) scanner = make_scanner(table.rules.get());
  return scanner.get();
}

void Scanner::State::scan_table(const RuleTable& table, const ScannedContent& content,
                                ScanResult& result, RuleRefs& unknown) {
  YaraScanner own; // a group may be gone before the next content
  const bool is_group =
      std::any_of(groups.begin(), groups.end(),
                  [&](const RuleGroups::Table& group) { return group.get() == &table; });
  if (is_group) own = make_scanner(table.rules.get());
  TableScan(compiled, table, own ? own.get() : scanner_of(table), content).run(result, unknown);
}

std::size_t Scanner::State::rules_of(RulesAsked asked) const {
  std::size_t rules = 0;
  for (const RuleTable* table : tables_of(asked)) rules += table->refs.size();
  return rules;
}

std::vector<const RuleTable*> Scanner::State::choose_tables(RulesAsked asked, ByteView content,
                                                            const Externals& externals) {
  const std::vector<const RuleTable*>& tables = tables_of(asked);
  const bool raw = asked == RulesAsked::all_of_raw_space;
  groups.clear();
  if (prefiltering == Prefiltering::off && !raw) return tables;
  const RuleFilter& filter = compiled.filter();
  if (raw) {
    filter.prefilter().decide_raw(content, scratch, possible);
    in_raw = possible.with_strings;
    in_raw.insert(in_raw.end(), possible.without_strings.begin(), possible.without_strings.end());
    std::sort(in_raw.begin(), in_raw.end());
    if (prefiltering == Prefiltering::off) return tables;
  } else {
    filter.prefilter().decide(content, externals, scratch, possible);
  }
  bool of_sources = false;
  for (std::vector<u32>* rules : {&possible.without_strings, &possible.with_strings}) {
    std::erase_if(*rules, [&](u32 rule) {
      return rule >= filter.source_rules() || // compiled rules are always possible
             compiled.infos[rule].is_log ||   // not reported here; rules that refer to it add it
             (raw && !filter.has_strings(rule)) || // has nothing to occur
             (asked == RulesAsked::path_dependent && !filter.is_path_dependent(rule));
    });
    of_sources = of_sources || !rules->empty();
  }
  // In raw space no two pieces need the same rules. Compiling them would take longer than scanning
  // with all rules.
  const bool may_group = !raw || prefiltering == Prefiltering::on_in_groups;
  if (of_sources && may_group && is_worth_groups(content, filter.source_rules()))
    group_possible(filter);
  std::vector<const RuleTable*> left;
  for (const RuleGroups::Table& group : groups) left.push_back(group.get());
  for (const RuleTable* table : tables) {
    const bool is_of_sources =
        !table->refs.empty() && filter.number_of(*table->refs.front()) < filter.source_rules();
    if (!is_of_sources || (of_sources && groups.empty())) left.push_back(table);
  }
  return left;
}

/// Scanning with a whole set of thousands of rules has a cost for each stream, and one for each
/// byte.
bool Scanner::State::is_worth_groups(ByteView content, u32 rules) const {
  const std::size_t open = possible.without_strings.size() + possible.with_strings.size();
  const bool large = content.size() >= kLeastForGroup || rules >= kManyRules;
  return prefiltering == Prefiltering::on_in_groups || (large && open * 2 < rules);
}

void Scanner::State::group_possible(const RuleFilter& filter) {
  for (const std::vector<u32>* rules : {&possible.without_strings, &possible.with_strings}) {
    if (rules->empty()) continue;
    groups.push_back(filter.groups().table_of(*rules));
    if (groups.back()) continue;
    groups.clear(); // they can't be compiled apart
    return;
  }
}

/// Only rules that may match count.
bool Scanner::State::may_read_externals(const std::vector<const RuleTable*>& tables) const {
  const RuleFilter& filter = compiled.filter();
  const auto may = [&](u32 rule) { return filter.is_path_dependent(rule); };
  const auto is_dependent = [&](const RuleTable* table) {
    const auto& dependent = compiled.path_dependent;
    return std::find(dependent.begin(), dependent.end(), table) != dependent.end();
  };
  return std::any_of(possible.with_strings.begin(), possible.with_strings.end(), may) ||
         std::any_of(possible.without_strings.begin(), possible.without_strings.end(), may) ||
         std::any_of(tables.begin(), tables.end(), is_dependent);
}

std::string Scanner::State::key_of(RulesAsked asked, const std::vector<const RuleTable*>& tables,
                                   ByteView content, const Externals& externals) const {
  if (prefiltering == Prefiltering::off || asked == RulesAsked::all_of_raw_space) return {};
  std::string asked_for = fmt::format("{}:", content.size());
  for (std::size_t i = groups.size(); i < tables.size(); ++i)
    asked_for += fmt::format("{},", fmt::ptr(tables[i]));
  // A group's table may be gone before the next content, but its rules are not.
  if (!groups.empty())
    for (const std::vector<u32>* rules : {&possible.without_strings, &possible.with_strings})
      asked_for += fmt::format("[{}]", fmt::join(*rules, ","));
  if (may_read_externals(tables))
    for (const std::string* value : values_of(externals))
      asked_for += fmt::format("{}={}", value->size(), *value);
  Hasher hasher(HashKind::sha256);
  hasher.add(asked_for);
  hasher.add(content);
  return hasher.finish();
}

ScanResult Scanner::State::run(RulesAsked asked, ByteView content, const Externals& externals,
                               const Deadline& deadline) {
  ScanResult result;
  if (deadline.passed()) {
    result.timed_out = true;
    return result;
  }
  const std::vector<const RuleTable*> tables = choose_tables(asked, content, externals);
  if (tables.empty()) {
    counts.decided.add(content.size());
    return result;
  }
  const std::string key = key_of(asked, tables, content, externals);
  if (!key.empty()) {
    if (std::optional<ScanResult> seen = compiled.seen.find(key)) {
      counts.repeated.add(content.size());
      return *std::move(seen);
    }
  }
  counts.scanned.add(content.size());
  RuleRefs unknown;
  const bool raw = asked == RulesAsked::all_of_raw_space;
  if (deadline.id() != slow_for) {
    slow.clear();
    slow_for = deadline.id();
  }
  ScannedContent what{content, externals, deadline, slow, raw ? &in_raw : nullptr};
  for (const RuleTable* table : tables) {
    if (!raw) add_hashes(what.hashes, content, table->hashes);
    scan_table(*table, what, result, unknown);
  }
  if (!unknown.empty() && unknown.size() >= rules_of(asked)) return nothing_known(result.failed);
  put_in_order(result);
  if (!key.empty() && result.failed.empty()) compiled.seen.keep(key, result);
  return result;
}

Scanner::Scanner(const RuleSet& rules, Prefiltering prefiltering)
    : state_(std::make_unique<State>(
          State{rules.compiled(), prefiltering, {}, {}, {}, {}, {}, {}, {}, 0})) {}

Scanner::~Scanner() = default;
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner& Scanner::operator=(Scanner&&) noexcept = default;

FilterCounts Scanner::take_filter_counts() { return std::exchange(state_->counts, {}); }

ScanResult Scanner::scan(ByteView content, const Externals& externals, const Deadline& deadline) {
  return state_->run(RulesAsked::all, content, externals, deadline);
}

ScanResult Scanner::scan_raw(ByteView content, const Externals& externals,
                             const Deadline& deadline) {
  return state_->run(RulesAsked::all_of_raw_space, content, externals, deadline);
}

bool Scanner::rules_out(u64 size, std::span<const Externals> names, const NextPiece& next) {
  if (state_->prefiltering == Prefiltering::off) return false;
  const RuleFilter& filter = state_->compiled.filter();
  const auto is_of_records = [&](u32 rule) { return state_->compiled.infos[rule].is_log; };
  if (!filter.prefilter().rules_out(size, names, next, is_of_records, state_->scratch))
    return false;
  state_->counts.decided.add(size);
  return true;
}

ScanResult Scanner::scan_path_dependent(ByteView content, const Externals& externals,
                                        const Deadline& deadline) {
  return state_->run(RulesAsked::path_dependent, content, externals, deadline);
}

bool uses_externals(const RuleSet& rules) { return !rules.compiled().path_dependent.empty(); }

} // namespace coldsweep
