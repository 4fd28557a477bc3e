// SPDX-License-Identifier: Apache-2.0
#include "rules/scan_collector.h"

#include "base/text.h"

#include <algorithm>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostPerString = 1000; // matches kept; more are of no use to a reader
constexpr std::size_t kMostPerRule = 10000;

} // namespace

struct ScanCollector::Position {
  u64 offset, length;
  const char* id;

  bool operator<(const Position& other) const {
    return std::tuple(offset, std::string_view(id), length) <
           std::tuple(other.offset, std::string_view(other.id), other.length);
  }
};

void ScanCollector::take(const YR_SCAN_CONTEXT& context, int message, void* data) {
  if (message == CALLBACK_MSG_RULE_MATCHING)
    take_rule(context, *static_cast<const YR_RULE*>(data), result_.matches);
  else if (message == CALLBACK_MSG_RULE_NOT_MATCHING)
    take_unjudged(context, *static_cast<const YR_RULE*>(data));
  else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
    floods_.push_back(static_cast<const YR_STRING*>(data));
  else if (message == CALLBACK_MSG_SCAN_FINISHED)
    for (const YR_STRING* string : floods_) take_flood(context, *string);
}

void ScanCollector::take_unjudged(const YR_SCAN_CONTEXT& context, const YR_RULE& rule) {
  if (raw_ == nullptr || RULE_IS_PRIVATE(&rule)) return;
  bool any = false;
  const YR_STRING* string = nullptr;
  yr_rule_strings_foreach((&rule), string) {
    any = any || (!STRING_IS_PRIVATE(string) && context.matches[string->idx].head != nullptr);
  }
  if (!any) return;
  const RuleFilter& filter = rules_.filter();
  const RuleRef& ref = ref_of(static_cast<std::size_t>(&rule - context.rules->rules_table));
  const u32 number = filter.number_of(ref);
  if (!filter.is_place_dependent(number) || !std::binary_search(raw_->begin(), raw_->end(), number))
    return;
  const auto occurs = [&](const StringPlace& place) {
    return string_occurs(context, place, rules_.infos.at(place.rule).ref);
  };
  if (filter.prefilter().may_match_somewhere(number, occurs))
    take_rule(context, rule, result_.unjudged);
}

void ScanCollector::take_rule(const YR_SCAN_CONTEXT& context, const YR_RULE& rule,
                              std::vector<RuleMatch>& into) {
  const auto index = static_cast<std::size_t>(&rule - context.rules->rules_table);
  if (table_.of_records.at(index)) return; // a log rule is about records only
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

void ScanCollector::take_string(const RuleRef& ref, const YR_STRING& string,
                                const YR_MATCHES& found, std::vector<Position>& positions) {
  std::size_t kept = 0, total = 0;
  for (const YR_MATCH* match = found.head; match != nullptr; match = match->next, ++total) {
    if (kept == kMostPerString) continue;
    positions.push_back({static_cast<u64>(match->base + match->offset),
                         static_cast<u64>(match->match_length), string.identifier});
    ++kept;
  }
  if (kept < total) note_left_out(ref, string.identifier, total - kept, total);
}

Match ScanCollector::match_at(const Position& position) const {
  Match match;
  match.id = is_utf8(position.id) ? position.id : printable(position.id);
  match.offset = position.offset;
  match.length = position.length;
  show_match(content_, position.offset, match);
  return match;
}

void ScanCollector::note_left_out(const RuleRef& ref, const char* id, std::size_t left_out,
                                  std::size_t total) {
  const std::string separator = *id == '\0' ? "" : ":";
  result_.truncated.push_back(fmt::format("{}{}{} ({}): {} of {} matches left out", ref.name,
                                          separator, id, ref.name_space, left_out, total));
}

void ScanCollector::take_flood(const YR_SCAN_CONTEXT& context, const YR_STRING& string) {
  const RuleRef& ref = ref_of(string.rule_idx);
  const RuleFilter& filter = rules_.filter();
  const auto occurs = [&](const StringPlace& place) {
    return string_occurs(context, place, rules_.infos.at(place.rule).ref);
  };
  if (!filter.prefilter().may_match(filter.number_of(ref), content_, externals_, occurs)) return;
  result_.truncated.push_back(fmt::format("{}:{} ({}): more than {} matches; the search for it "
                                          "was given up, and its rule may be misjudged",
                                          ref.name, string.identifier, ref.name_space,
                                          YR_MAX_STRING_MATCHES));
}

bool ScanCollector::string_occurs(const YR_SCAN_CONTEXT& context, const StringPlace& place,
                                  const RuleRef& rule) const {
  const auto found = std::find(table_.refs.begin(), table_.refs.end(), &rule);
  if (found == table_.refs.end()) return true;
  u32 ordinal = 0;
  const YR_STRING* string = nullptr;
  yr_rule_strings_foreach((&context.rules->rules_table[found - table_.refs.begin()]), string) {
    if (string->chained_to == nullptr && ordinal++ == place.ordinal)
      return context.matches[string->idx].head != nullptr ||
             (raw_ != nullptr && STRING_IS_FIXED_OFFSET(string)); // searched for only there
  }
  return true;
}

} // namespace coldsweep
