// SPDX-License-Identifier: Apache-2.0
// A search of the whole block tells which strings are in which record. If they suffice for a rule,
// libyara scans the record alone, and only that verdict counts. One thread at a time.
#include "rules/record_scanner.h"

#include "base/error.h"
#include "rules/block_search.h"
#include "rules/compiled.h"
#include "rules/failed_rules.h"
#include "rules/record_verdict.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace coldsweep {
namespace {

void set_externals(YR_SCANNER* scanner, const Externals& externals) {
  if (const int code = define_externals(scanner, externals); code != ERROR_SUCCESS)
    throw Error("an external variable: " + yara_error_text(code));
}

} // namespace

struct RecordScanner::State {
  const RuleSet::Compiled& compiled;
  const LogRules& rules;
  Prefiltering prefiltering;
  Externals externals{};
  std::map<const YR_RULES*, YaraScanner>
      scanners{}; // created on first use, with the externals of the stream
  std::set<std::string> truncated{};
  std::set<std::string> failed{}; // rules on single records, and why
  std::vector<u8> candidates{};
  PrefilterScratch scratch{};

  YR_SCANNER* scanner_of(YR_RULES* table);
  int search(const RecordBlock& block, const Deadline& deadline);
  /// If libyara gives up on single rules, all others are judged nevertheless.
  int judge_by(const LogTable& table, const RecordBlock& block, std::size_t record,
               const Deadline& deadline, std::vector<RecordHit>& hits);
  int judge(const std::vector<LogTable>& tables, const RecordBlock& block, std::size_t record,
            const Deadline& deadline, std::vector<RecordHit>& hits);
};

YR_SCANNER* RecordScanner::State::scanner_of(YR_RULES* table) {
  YaraScanner& scanner = scanners[table];
  if (!scanner) {
    YaraScanner made = make_scanner(table);
    yr_scanner_set_flags(made.get(), SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
    set_externals(made.get(), externals);
    scanner = std::move(made); // not before it is complete
  }
  return scanner.get();
}

int RecordScanner::State::search(const RecordBlock& block, const Deadline& deadline) {
  YR_SCANNER* const scanner = scanner_of(rules.search.rules.get());
  if (!set_time_left(scanner, deadline)) return ERROR_SCAN_TIMEOUT;
  BlockSearch search(rules.search.filters, block, candidates);
  yr_scanner_set_callback(scanner, BlockSearch::on_message, &search);
  const int code = scan_bytes(scanner, block.bytes);
  search.rethrow();
  if (code == ERROR_SUCCESS || code == ERROR_SCAN_TIMEOUT) return code;
  search.add_all(); // too complex for many records at once
  return ERROR_SUCCESS;
}

int RecordScanner::State::judge(const std::vector<LogTable>& tables, const RecordBlock& block,
                                std::size_t record, const Deadline& deadline,
                                std::vector<RecordHit>& hits) {
  for (const LogTable& table : tables)
    if (const int code = judge_by(table, block, record, deadline, hits); code != ERROR_SUCCESS)
      return code;
  return ERROR_SUCCESS;
}

int RecordScanner::State::judge_by(const LogTable& table, const RecordBlock& block,
                                   std::size_t record, const Deadline& deadline,
                                   std::vector<RecordHit>& hits) {
  const std::size_t before = hits.size();
  RulePlaces without;
  for (std::size_t round = 0;; ++round) {
    YR_SCANNER* const scanner = scanner_of(table.rules.get());
    if (!set_time_left(scanner, deadline)) return ERROR_SCAN_TIMEOUT;
    scanner->entry_point = YR_UNDEFINED; // libyara 4.5 keeps that of the first content
    RecordVerdict verdict(table, block, record, hits, truncated);
    yr_scanner_set_callback(scanner, RecordVerdict::on_message, &verdict);
    const int code = scan_without(without, scanner, block.bytes_of(block.records[record]));
    verdict.rethrow();
    if (code == ERROR_SUCCESS) break;
    hits.resize(before);
    const std::optional<u32> rule = failed_rule(scanner);
    if (code == ERROR_SCAN_TIMEOUT || !rule || without.contains(*rule) || round == kMostFailing)
      return code;
    RulePlaces further = with_dependents(*rule, table.refs, compiled.filter());
    failed.insert(describe_failure(*rule, code, further, table.refs));
    without.merge(further);
  }
  const auto is_without = [&](const RecordHit& hit) {
    return std::any_of(without.begin(), without.end(),
                       [&](u32 place) { return table.refs[place] == hit.rule; });
  };
  hits.erase(
      std::remove_if(hits.begin() + static_cast<std::ptrdiff_t>(before), hits.end(), is_without),
      hits.end());
  return ERROR_SUCCESS;
}

RecordScanner::RecordScanner(const RuleSet& rules, Prefiltering prefiltering)
    : state_(std::make_unique<State>(State{rules.compiled(), rules.compiled().log, prefiltering})) {
}

RecordScanner::~RecordScanner() = default;
RecordScanner::RecordScanner(RecordScanner&&) noexcept = default;
RecordScanner& RecordScanner::operator=(RecordScanner&&) noexcept = default;

bool RecordScanner::has_rules() const { return !state_->rules.empty(); }
bool RecordScanner::reads_externals() const { return state_->rules.reads_externals; }

void RecordScanner::begin(const Externals& externals) {
  State& state = *state_;
  state.externals = externals;
  state.truncated.clear();
  state.failed.clear();
  for (auto& [table, scanner] : state.scanners) set_externals(scanner.get(), externals);
}

BlockScan RecordScanner::scan(const RecordBlock& block, const Deadline& deadline,
                              bool every_record) {
  State& state = *state_;
  BlockScan result;
  if (block.records.empty() || !has_rules()) return result;
  const auto failed = [&](int code) {
    if (code == ERROR_SUCCESS) return false;
    if (code == ERROR_SCAN_TIMEOUT)
      result.timed_out = true;
    else
      result.error = yara_error_text(code);
    return true;
  };
  if (deadline.passed()) {
    result.timed_out = true;
    return result;
  }
  if (!every_record && state.prefiltering != Prefiltering::off &&
      !state.compiled.filter().prefilter().may_match_records(block.bytes, state.scratch))
    return result;
  state.candidates.assign(block.records.size(), every_record ? 1 : 0);
  if (!every_record && state.rules.search.rules && failed(state.search(block, deadline)))
    return result;
  for (std::size_t i = 0; i < block.records.size(); ++i) {
    if (state.candidates[i] != 0 &&
        failed(state.judge(state.rules.filtered, block, i, deadline, result.hits)))
      return result;
    if (failed(state.judge(state.rules.every, block, i, deadline, result.hits))) return result;
  }
  std::sort(result.hits.begin(), result.hits.end(), [](const RecordHit& a, const RecordHit& b) {
    return std::tie(a.record, a.rule->name_space, a.rule->name) <
           std::tie(b.record, b.rule->name_space, b.rule->name);
  });
  return result;
}

std::vector<std::string> RecordScanner::truncated() const {
  return {state_->truncated.begin(), state_->truncated.end()};
}

std::vector<std::string> RecordScanner::failed() const {
  return {state_->failed.begin(), state_->failed.end()};
}

} // namespace coldsweep
