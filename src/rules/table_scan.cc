// SPDX-License-Identifier: Apache-2.0
#include "rules/table_scan.h"

#include "rules/scan_collector.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace coldsweep {
namespace {

// Of the time that is left. If all rules at once don't end within the first share, the rest must do
// to find out which of them don't: each halving takes one of the others.
constexpr int kShareOfAll = 2, kShareOfSome = 16;

void append(ScanResult& to, ScanResult&& found) {
  for (const auto list : {&ScanResult::matches, &ScanResult::unjudged})
    std::move((found.*list).begin(), (found.*list).end(), std::back_inserter(to.*list));
  std::move(found.truncated.begin(), found.truncated.end(), std::back_inserter(to.truncated));
}

/// What libyara says about other rules.
void drop_others(ScanResult& found, const RulePlaces& asked, const RuleTable& table) {
  RuleRefs refs;
  for (const u32 place : asked) refs.insert(table.refs[place]);
  for (const auto list : {&ScanResult::matches, &ScanResult::unjudged})
    std::erase_if(found.*list, [&](const RuleMatch& match) { return !refs.contains(match.rule); });
}

/// The second half; the first one stays.
RulePlaces split(RulePlaces& rules) {
  const auto middle = std::next(rules.begin(), static_cast<std::ptrdiff_t>(rules.size() / 2));
  RulePlaces second(middle, rules.end());
  rules.erase(middle, rules.end());
  return second;
}

} // namespace

void TableScan::run(ScanResult& result, RuleRefs& unknown) {
  leave_out_slow();
  std::optional<Failure> failure;
  if (left_out_.empty()) {
    ScanResult found;
    failure = scan({}, kShareOfAll, found);
    if (failure->code == ERROR_SUCCESS) {
      append(result, std::move(found));
      return;
    }
  }
  run_in_parts(failure, result);
  std::move(failed_.begin(), failed_.end(), std::back_inserter(result.failed));
  for (const RulePlaces* places : {&left_out_, &unknown_})
    for (const u32 place : *places) unknown.insert(table_.refs[place]);
}

void TableScan::run_in_parts(std::optional<Failure> of_all, ScanResult& result) {
  std::vector<RulePlaces> waiting(1);
  for (u32 i = 0; i < table_.refs.size(); ++i) waiting.back().insert(i);
  while (!waiting.empty()) {
    RulePlaces asked = std::move(waiting.back());
    waiting.pop_back();
    std::erase_if(asked, [&](u32 rule) { return left_out_.contains(rule); });
    if (asked.empty()) continue;
    ScanResult found;
    const bool all = asked.size() + left_out_.size() == table_.refs.size();
    const Failure failure =
        of_all ? *of_all : scan(all_but(asked), all ? kShareOfAll : kShareOfSome, found);
    of_all.reset();
    if (failure.code == ERROR_SUCCESS) {
      drop_others(found, asked, table_);
      append(result, std::move(found));
      continue;
    }
    const bool is_known = failure.rule || asked.size() == 1;
    if (content_.deadline.passed() || (is_known && failed_.size() == kMostFailing)) {
      for (const RulePlaces& more : waiting) asked.insert(more.begin(), more.end());
      note_unknown(asked, failure.code);
      break;
    }
    if (is_known)
      note_failed(failure.rule.value_or(*asked.begin()), failure.code);
    else
      waiting.push_back(split(asked));
    waiting.push_back(std::move(asked));
  }
}

/// What took too long once isn't tried again: there may be thousands of members or pieces.
void TableScan::leave_out_slow() {
  if (content_.slow.empty()) return;
  for (u32 i = 0; i < table_.refs.size(); ++i)
    if (content_.slow.contains(table_.refs[i])) note_failed(i, ERROR_SCAN_TIMEOUT);
}

TableScan::Failure TableScan::scan(const RulePlaces& without, int share, ScanResult& found) {
  // libyara 4.5 keeps the entry point of the first content for all that follow.
  scanner_->entry_point = YR_UNDEFINED;
  if (!set_time_left(scanner_, content_.deadline, time_share(share)))
    return {ERROR_SCAN_TIMEOUT, {}};
  if (const int code = define_externals(scanner_, content_.externals); code != ERROR_SUCCESS)
    return {code, {}};
  if (const int code = define_hashes(scanner_, table_.hashes, content_.hashes);
      code != ERROR_SUCCESS)
    return {code, {}};
  yr_scanner_set_flags(scanner_, SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING |
                                     (content_.in_raw ? SCAN_FLAGS_REPORT_RULES_NOT_MATCHING : 0));
  ScanCollector collector(compiled_, table_, content_.bytes, content_.externals, found,
                          content_.in_raw);
  yr_scanner_set_callback(scanner_, ScanCollector::on_message, &collector);
  const int code = scan_without(without, scanner_, content_.bytes);
  collector.rethrow();
  if (code == ERROR_SUCCESS) return {};
  return {code, failed_rule(scanner_)};
}

/// The rules that neither are asked for nor needed by those.
RulePlaces TableScan::all_but(const RulePlaces& asked) const {
  const RulePlaces needed = with_needed(asked, table_.refs, compiled_.filter());
  RulePlaces others;
  for (u32 i = 0; i < table_.refs.size(); ++i)
    if (!needed.contains(i)) others.insert(i);
  return others;
}

std::optional<std::chrono::nanoseconds> TableScan::time_share(int share) const {
  const std::optional<std::chrono::nanoseconds> left = content_.deadline.left();
  if (!left || compiled_.infos.size() == 1) return left;
  return *left / share;
}

void TableScan::note_failed(u32 rule, int code) {
  const bool timed_out = code == ERROR_SCAN_TIMEOUT;
  if (timed_out) content_.slow.insert(table_.refs[rule]);
  RulePlaces further = with_dependents(rule, table_.refs, compiled_.filter());
  failed_.push_back({describe_failure(rule, code, further, table_.refs), timed_out});
  left_out_.merge(further);
}

void TableScan::note_unknown(const RulePlaces& rules, int code) {
  failed_.push_back({describe_unknown(rules, code, table_.refs), code == ERROR_SCAN_TIMEOUT});
  unknown_ = rules;
}

} // namespace coldsweep
