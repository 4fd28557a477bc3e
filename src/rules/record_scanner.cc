// SPDX-License-Identifier: Apache-2.0
// A search of the whole block tells which strings are in which record. If they suffice for a rule,
// libyara scans the record alone, and only that verdict counts. One thread at a time.
#include "rules/record_scanner.h"

#include "base/error.h"
#include "rules/block_search.h"
#include "rules/compiled.h"
#include "rules/record_verdict.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace coldsweep {
namespace {

using Clock = std::chrono::steady_clock;

void set_externals(YR_SCANNER* scanner, const Externals& externals) {
  if (const int code = define_externals(scanner, externals); code != ERROR_SUCCESS)
    throw Error("an external variable: " + yara_error_text(code));
}

const u8* pointer_to(ByteView bytes) {
  static constexpr u8 nothing = 0;
  return bytes.empty() ? &nothing : reinterpret_cast<const u8*>(bytes.data());
}

} // namespace

struct RecordScanner::State {
  const RuleSet::Compiled& compiled;
  const LogRules& rules;
  std::chrono::seconds limit;
  Prefiltering prefiltering;
  Clock::time_point deadline{};
  Externals externals{};
  std::map<const YR_RULES*, YaraScanner>
      scanners{}; // created on first use, with the externals of the stream
  std::set<std::string> truncated{};
  std::vector<u8> candidates{};
  PrefilterScratch scratch{};

  YR_SCANNER* scanner_of(YR_RULES* table);
  bool set_time_left();
  int search(const RecordBlock& block);
  int judge(const std::vector<LogTable>& tables, const RecordBlock& block, std::size_t record,
            std::vector<RecordHit>& hits);
};

YR_SCANNER* RecordScanner::State::scanner_of(YR_RULES* table) {
  YaraScanner& scanner = scanners[table];
  if (!scanner) {
    YR_SCANNER* created = nullptr;
    if (const int code = yr_scanner_create(table, &created); code != ERROR_SUCCESS)
      throw Error("no scanner: " + yara_error_text(code));
    scanner.reset(created);
    yr_scanner_set_flags(created, SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
    set_externals(created, externals);
  }
  return scanner.get();
}

/// False if no time is left.
bool RecordScanner::State::set_time_left() {
  if (limit.count() == 0) return true;
  const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now()).count();
  if (left <= 0) return false;
  for (auto& [table, scanner] : scanners)
    yr_scanner_set_timeout(scanner.get(), static_cast<int>(left));
  return true;
}

int RecordScanner::State::search(const RecordBlock& block) {
  YR_SCANNER* const scanner = scanner_of(rules.search.rules.get());
  BlockSearch search(rules.search.filters, block, candidates);
  yr_scanner_set_callback(scanner, BlockSearch::on_message, &search);
  const int code = yr_scanner_scan_mem(scanner, pointer_to(block.bytes), block.bytes.size());
  search.rethrow();
  if (code == ERROR_SUCCESS || code == ERROR_SCAN_TIMEOUT) return code;
  search.add_all(); // too complex for many records at once
  return ERROR_SUCCESS;
}

int RecordScanner::State::judge(const std::vector<LogTable>& tables, const RecordBlock& block,
                                std::size_t record, std::vector<RecordHit>& hits) {
  const ByteView bytes = block.bytes_of(block.records[record]);
  for (const LogTable& table : tables) {
    YR_SCANNER* const scanner = scanner_of(table.rules.get());
    scanner->entry_point = YR_UNDEFINED; // libyara 4.5 keeps that of the first content
    RecordVerdict verdict(table, block, record, hits, truncated);
    yr_scanner_set_callback(scanner, RecordVerdict::on_message, &verdict);
    const int code = yr_scanner_scan_mem(scanner, pointer_to(bytes), bytes.size());
    verdict.rethrow();
    if (code != ERROR_SUCCESS) return code;
  }
  return ERROR_SUCCESS;
}

RecordScanner::RecordScanner(const RuleSet& rules, u32 timeout_seconds, Prefiltering prefiltering) {
  constexpr u32 longest = std::numeric_limits<int>::max();
  const std::chrono::seconds limit(std::min(timeout_seconds, longest));
  state_ =
      std::make_unique<State>(State{rules.compiled(), rules.compiled().log, limit, prefiltering});
}

RecordScanner::~RecordScanner() = default;
RecordScanner::RecordScanner(RecordScanner&&) noexcept = default;
RecordScanner& RecordScanner::operator=(RecordScanner&&) noexcept = default;

bool RecordScanner::has_rules() const { return !state_->rules.empty(); }
bool RecordScanner::reads_externals() const { return state_->rules.reads_externals; }

void RecordScanner::begin(const Externals& externals) {
  State& state = *state_;
  state.deadline = Clock::now() + state.limit;
  state.externals = externals;
  state.truncated.clear();
  for (auto& [table, scanner] : state.scanners) set_externals(scanner.get(), externals);
}

BlockScan RecordScanner::scan(const RecordBlock& block, bool every_record) {
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
  if (!state.set_time_left()) {
    result.timed_out = true;
    return result;
  }
  if (!every_record && state.prefiltering != Prefiltering::off &&
      !state.compiled.filter().prefilter().may_match_records(block.bytes, state.scratch))
    return result;
  state.candidates.assign(block.records.size(), every_record ? 1 : 0);
  if (!every_record && state.rules.search.rules && failed(state.search(block))) return result;
  for (std::size_t i = 0; i < block.records.size(); ++i) {
    if (state.candidates[i] != 0 &&
        failed(state.judge(state.rules.filtered, block, i, result.hits)))
      return result;
    if (failed(state.judge(state.rules.every, block, i, result.hits))) return result;
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

} // namespace coldsweep
