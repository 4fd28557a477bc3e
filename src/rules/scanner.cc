// SPDX-License-Identifier: Apache-2.0
// Bytes -> matches. libyara calls back for each rule that matches; what it tells is copied out at
// once, in an order that depends on nothing but the content. One Scanner is used by one thread at a
// time.
#include "rules/scanner.h"

#include "base/error.h"
#include "base/text.h"
#include "rules/compiled.h"
#include "rules/source_lexer.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <span>
#include <tuple>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostPerString = 1000; // matches kept; a record of more serves no reader
constexpr std::size_t kMostPerRule = 10000;
constexpr u64 kLeastForGroup = 64_KiB; // content that is worth compiling the rules that may match
constexpr u32 kManyRules = 500;        // a set that is slow even on small content

struct Position {
  u64 offset, length;
  const char* id;

  bool operator<(const Position& other) const {
    return std::tuple(offset, std::string_view(id), length) <
           std::tuple(other.offset, std::string_view(other.id), other.length);
  }
};

/// What one call of libyara tells us.
class Collector {
public:
  Collector(const RuleSet::Compiled& rules, const RuleTable& table, ByteView content,
            const Externals& externals, ScanResult& result, const std::vector<u32>* raw)
      : rules_(rules), table_(table), content_(content), externals_(externals), result_(result),
        raw_(raw) {}

  static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* self) noexcept {
    Collector& that = *static_cast<Collector*>(self);
    park_exceptions(that.parked_, [&] { that.take(*context, message, data); });
    return that.parked_ ? CALLBACK_ERROR : CALLBACK_CONTINUE;
  }

  void rethrow() const {
    if (parked_) std::rethrow_exception(parked_);
  }

private:
  /// Other messages are about modules, their `console`, and the end. CALLBACK_MSG_TOO_SLOW_SCANNING
  /// is a guess about cost, made before or after a search that is complete all the same: nothing
  /// the case must know.
  void take(const YR_SCAN_CONTEXT& context, int message, void* data) {
    if (message == CALLBACK_MSG_RULE_MATCHING)
      take_rule(context, *static_cast<const YR_RULE*>(data), result_.matches);
    else if (message == CALLBACK_MSG_RULE_NOT_MATCHING)
      take_unjudged(context, *static_cast<const YR_RULE*>(data));
    else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
      floods_.push_back(static_cast<const YR_STRING*>(data));
    else if (message == CALLBACK_MSG_SCAN_FINISHED)
      for (const YR_STRING* string : floods_) take_flood(context, *string);
  }

  const RuleRef& ref_of(std::size_t index) const { return *table_.refs.at(index); }

  /// Where all its strings occur that some content needs, but what else it asks for has no answer in raw space.
  void take_unjudged(const YR_SCAN_CONTEXT& context, const YR_RULE& rule) {
    if (raw_ == nullptr || RULE_IS_PRIVATE(&rule)) return;
    bool any = false;
    const YR_STRING* string = nullptr;
    yr_rule_strings_foreach((&rule), string) {
      any = any || (!STRING_IS_PRIVATE(string) && context.matches[string->idx].head != nullptr);
    }
    if (!any) return;
    const RuleFilter& filter = rules_.filter.get(rules_);
    const RuleRef& ref = ref_of(static_cast<std::size_t>(&rule - context.rules->rules_table));
    const u32 number = filter.number_of(ref);
    if (!filter.is_place_dependent(number) ||
        !std::binary_search(raw_->begin(), raw_->end(), number))
      return;
    const auto occurs = [&](const StringPlace& place) {
      return string_occurs(context, place, rules_.infos.at(place.rule).ref);
    };
    if (filter.prefilter().may_match_somewhere(number, occurs))
      take_rule(context, rule, result_.unjudged);
  }

  void take_rule(const YR_SCAN_CONTEXT& context, const YR_RULE& rule,
                 std::vector<RuleMatch>& into) {
    const auto index = static_cast<std::size_t>(&rule - context.rules->rules_table);
    if (table_.of_records.at(index)) return; // it says something about records only
    const RuleRef& ref = ref_of(index);
    std::vector<Position> positions;
    const YR_STRING* string = nullptr;
    yr_rule_strings_foreach((&rule), string) {
      if (!STRING_IS_PRIVATE(string))
        take_string(ref, *string, context.matches[string->idx], positions);
    }
    std::sort(positions.begin(), positions.end());
    if (positions.size() > kMostPerRule) {
      note_left_out(ref, "", positions.size() - kMostPerRule, positions.size());
      positions.resize(kMostPerRule);
    }
    RuleMatch match{&ref, {}};
    for (const Position& position : positions) match.matches.push_back(match_at(position));
    into.push_back(std::move(match));
  }

  /// libyara keeps the matches of a string in the order of their offsets.
  void take_string(const RuleRef& ref, const YR_STRING& string, const YR_MATCHES& found,
                   std::vector<Position>& positions) {
    std::size_t kept = 0, total = 0;
    for (const YR_MATCH* match = found.head; match != nullptr; match = match->next, ++total) {
      if (kept == kMostPerString) continue;
      positions.push_back({static_cast<u64>(match->base + match->offset),
                           static_cast<u64>(match->match_length), string.identifier});
      ++kept;
    }
    if (kept < total) note_left_out(ref, string.identifier, total - kept, total);
  }

  Match match_at(const Position& position) const {
    Match match;
    match.id = is_utf8(position.id) ? position.id : printable(position.id);
    match.offset = position.offset;
    match.length = position.length;
    show_match(content_, position.offset, match);
    return match;
  }

  void note_left_out(const RuleRef& ref, const char* id, std::size_t left_out, std::size_t total) {
    const std::string separator = *id == '\0' ? "" : ":";
    result_.truncated.push_back(fmt::format("{}{}{} ({}): {} of {} matches left out", ref.name,
                                            separator, id, ref.name_space, left_out, total));
  }

  /// libyara looks no further for this string: the rule, and those that refer to it, may be wrong. Where all that
  /// was found leaves no way for the rule to match, nothing is; nor does a prefiltered scan come to know of it.
  void take_flood(const YR_SCAN_CONTEXT& context, const YR_STRING& string) {
    const RuleRef& ref = ref_of(string.rule_idx);
    const RuleFilter& filter = rules_.filter.get(rules_);
    const auto occurs = [&](const StringPlace& place) {
      return string_occurs(context, place, rules_.infos.at(place.rule).ref);
    };
    if (!filter.prefilter().may_match(filter.number_of(ref), content_, externals_, occurs)) return;
    result_.truncated.push_back(fmt::format("{}:{} ({}): more than {} matches; the search for it "
                                            "was given up, and its rule may be misjudged",
                                            ref.name, string.identifier, ref.name_space,
                                            YR_MAX_STRING_MATCHES));
  }

  bool string_occurs(const YR_SCAN_CONTEXT& context, const StringPlace& place,
                     const RuleRef& rule) const {
    const auto found = std::find(table_.refs.begin(), table_.refs.end(), &rule);
    if (found == table_.refs.end()) return true;
    u32 ordinal = 0;
    const YR_STRING* string = nullptr;
    yr_rule_strings_foreach((&context.rules->rules_table[found - table_.refs.begin()]), string) {
      if (string->chained_to == nullptr && ordinal++ == place.ordinal)
        return context.matches[string->idx].head != nullptr ||
               (raw_ != nullptr && STRING_IS_FIXED_OFFSET(string)); // looked for there alone
    }
    return true;
  }

  const RuleSet::Compiled& rules_;
  const RuleTable& table_;
  ByteView content_;
  const Externals& externals_;
  ScanResult& result_;
  const std::vector<u32>*
      raw_; // of raw space: the rules whose strings may all be there; null: it is none
  std::vector<const YR_STRING*> floods_;
  std::exception_ptr parked_;
};

std::array<const std::string*, kExternalNames.size()> values_of(const Externals& externals) {
  return {&externals.filename, &externals.filepath, &externals.extension, &externals.filetype,
          &externals.owner};
}

/// Compiled rules may lack an external, or have it with another type: then it is not ours to set.
int define_externals(YR_SCANNER* scanner, const Externals& externals) {
  const auto values = values_of(externals);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int code =
        yr_scanner_define_string_variable(scanner, kExternalNames[i].data(), values[i]->c_str());
    if (code != ERROR_SUCCESS && code != ERROR_INVALID_ARGUMENT &&
        code != ERROR_INVALID_EXTERNAL_VARIABLE_TYPE)
      return code;
  }
  return ERROR_SUCCESS;
}

YaraScanner make_scanner(const RuleTable& table) {
  YR_SCANNER* created = nullptr;
  if (const int code = yr_scanner_create(table.rules.get(), &created); code != ERROR_SUCCESS)
    throw Error("no scanner: " + yara_error_text(code));
  return YaraScanner(created);
}

void put_in_order(std::vector<RuleMatch>& matches) {
  std::sort(matches.begin(), matches.end(), [](const RuleMatch& a, const RuleMatch& b) {
    return std::tie(a.rule->name_space, a.rule->name) < std::tie(b.rule->name_space, b.rule->name);
  });
  // A rule that two groups need was asked twice.
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
}

} // namespace

enum class RulesAsked : u8 { all, path_dependent, all_of_raw_space };

struct Scanner::State {
  const RuleSet::Compiled& compiled;
  std::chrono::seconds limit; // 0: none
  Prefiltering prefiltering;
  FilterCounts counts;
  PrefilterScratch scratch;
  PossibleRules possible;                           // rules of the content at hand
  std::vector<u32> in_raw;                          // of raw space: all of them, in order
  std::vector<RuleGroups::Table> groups;            // with these alone
  std::map<const RuleTable*, YaraScanner> scanners; // made at first use

  /// What to scan with: tables with a rule that may match, or a few such rules on their own.
  std::vector<const RuleTable*> choose_tables(RulesAsked asked, ByteView content,
                                              const Externals& externals);
  bool is_worth_groups(ByteView content, u32 rules) const;
  void group_possible(const RuleFilter& filter);

  ScanResult run(RulesAsked asked, ByteView content, const Externals& externals);
  int scan_one(const RuleTable& table, ByteView content, const Externals& externals,
               Clock::time_point deadline, ScanResult& result, bool raw);
  YR_SCANNER* scanner_of(const RuleTable& table);
};

YR_SCANNER* Scanner::State::scanner_of(const RuleTable& table) {
  YaraScanner& scanner = scanners[&table];
  if (!scanner) scanner = make_scanner(table);
  return scanner.get();
}

int Scanner::State::scan_one(const RuleTable& table, ByteView content, const Externals& externals,
                             Clock::time_point deadline, ScanResult& result, bool raw) {
  YaraScanner own; // a group may be gone before the next content comes
  const bool is_group =
      std::any_of(groups.begin(), groups.end(),
                  [&](const RuleGroups::Table& group) { return group.get() == &table; });
  if (is_group) own = make_scanner(table);
  YR_SCANNER* const scanner = own ? own.get() : scanner_of(table);
  // libyara 4.5 keeps the entry point of the first content it was given for all that follow.
  scanner->entry_point = YR_UNDEFINED;
  if (limit.count() > 0) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now()).count();
    yr_scanner_set_timeout(scanner, static_cast<int>(std::max<i64>(left, 1)));
  }
  if (const int code = define_externals(scanner, externals); code != ERROR_SUCCESS) return code;
  yr_scanner_set_flags(scanner, SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING |
                                    (raw ? SCAN_FLAGS_REPORT_RULES_NOT_MATCHING : 0));
  Collector collector(compiled, table, content, externals, result, raw ? &in_raw : nullptr);
  yr_scanner_set_callback(scanner, Collector::on_message, &collector);
  const std::byte nothing{};
  const std::byte* const bytes = content.empty() ? &nothing : content.data();
  const int code = yr_scanner_scan_mem(scanner, reinterpret_cast<const u8*>(bytes), content.size());
  collector.rethrow();
  return code;
}

std::vector<const RuleTable*> Scanner::State::choose_tables(RulesAsked asked, ByteView content,
                                                            const Externals& externals) {
  const std::vector<const RuleTable*>& tables =
      asked == RulesAsked::path_dependent ? compiled.path_dependent : compiled.all;
  const bool raw = asked == RulesAsked::all_of_raw_space;
  groups.clear();
  if (prefiltering == Prefiltering::off && !raw) return tables;
  const RuleFilter& filter = compiled.filter.get(compiled);
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
             compiled.infos[rule].is_log ||   // not reported here; who refers to it brings it in
             (raw && !filter.has_strings(rule)) || // has nothing to stand anywhere
             (asked == RulesAsked::path_dependent && !filter.is_path_dependent(rule));
    });
    of_sources = of_sources || !rules->empty();
  }
  // In raw space no two pieces need the same rules: to compile these would take longer than to scan with all.
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

/// Scanning with a whole set of thousands of rules has a price for each stream, and one for each byte.
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
    groups.clear(); // they can't be had apart
    return;
  }
}

ScanResult Scanner::State::run(RulesAsked asked, ByteView content, const Externals& externals) {
  ScanResult result;
  const std::vector<const RuleTable*> tables = choose_tables(asked, content, externals);
  (tables.empty() ? counts.decided : counts.scanned).add(content.size());
  const Clock::time_point deadline = Clock::now() + limit;
  for (const RuleTable* table : tables) {
    const int code = scan_one(*table, content, externals, deadline, result,
                              asked == RulesAsked::all_of_raw_space);
    if (code == ERROR_SUCCESS) continue;
    ScanResult nothing_known;
    if (code == ERROR_SCAN_TIMEOUT)
      nothing_known.timed_out = true;
    else
      nothing_known.error = yara_error_text(code);
    return nothing_known;
  }
  put_in_order(result);
  return result;
}

Scanner::Scanner(const RuleSet& rules, u32 timeout_seconds, Prefiltering prefiltering) {
  constexpr u32 longest = std::numeric_limits<int>::max();
  const std::chrono::seconds limit(std::min(timeout_seconds, longest));
  state_ =
      std::make_unique<State>(State{rules.compiled(), limit, prefiltering, {}, {}, {}, {}, {}, {}});
}

Scanner::~Scanner() = default;
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner& Scanner::operator=(Scanner&&) noexcept = default;

u32 Scanner::timeout_seconds() const { return static_cast<u32>(state_->limit.count()); }

FilterCounts Scanner::take_filter_counts() { return std::exchange(state_->counts, {}); }

ScanResult Scanner::scan(ByteView content, const Externals& externals) {
  return state_->run(RulesAsked::all, content, externals);
}

ScanResult Scanner::scan_raw(ByteView content, const Externals& externals) {
  return state_->run(RulesAsked::all_of_raw_space, content, externals);
}

bool Scanner::rules_out(u64 size, std::span<const Externals> names, const NextPiece& next) {
  if (state_->prefiltering == Prefiltering::off) return false;
  const RuleFilter& filter = state_->compiled.filter.get(state_->compiled);
  const auto is_of_records = [&](u32 rule) { return state_->compiled.infos[rule].is_log; };
  if (!filter.prefilter().rules_out(size, names, next, is_of_records, state_->scratch))
    return false;
  state_->counts.decided.add(size);
  return true;
}

ScanResult Scanner::scan_path_dependent(ByteView content, const Externals& externals) {
  return state_->run(RulesAsked::path_dependent, content, externals);
}

} // namespace coldsweep
