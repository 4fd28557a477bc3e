// SPDX-License-Identifier: Apache-2.0
// A search over the whole block tells which strings stand in which record; where a rule's strings suffice, libyara
// judges the record alone. Its verdict is the only one that counts. One thread at a time.
#include "rules/record_scanner.h"

#include "base/error.h"
#include "base/text.h"
#include "rules/compiled.h"
#include "rules/source_lexer.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostPerString = 100; // matches kept of one string in one record
constexpr std::size_t kMostPerRecord = 1000;

/// The index of the record that holds the offset, or of the one before it.
std::size_t record_at(const RecordBlock& block, u64 offset) {
  const auto after =
      std::upper_bound(block.records.begin(), block.records.end(), offset,
                       [](u64 at, const LogRecord& record) { return at < record.offset; });
  return after == block.records.begin()
             ? 0
             : static_cast<std::size_t>(after - block.records.begin()) - 1;
}

/// What the search over a block finds, and which records that makes worth a verdict.
class Search {
public:
  Search(const std::vector<RecordFilter>& filters, const RecordBlock& block,
         std::vector<u8>& candidates)
      : filters_(filters), block_(block), candidates_(candidates) {}

  static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* self) noexcept {
    Search& that = *static_cast<Search*>(self);
    park_exceptions(that.parked_, [&] {
      if (message == CALLBACK_MSG_RULE_MATCHING)
        that.take(*context, *static_cast<const YR_RULE*>(data));
      else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
        that.all();
    });
    return that.parked_ ? CALLBACK_ERROR : CALLBACK_CONTINUE;
  }

  void all() { std::fill(candidates_.begin(), candidates_.end(), u8{1}); }
  void rethrow() const {
    if (parked_) std::rethrow_exception(parked_);
  }

private:
  struct Hit {
    std::size_t record;
    u32 string;
    auto operator<=>(const Hit&) const = default;
  };

  void take(const YR_SCAN_CONTEXT& context, const YR_RULE& rule) {
    const auto index = static_cast<std::size_t>(&rule - context.rules->rules_table);
    const RecordFilter& filter = filters_.at(index);
    present_.assign(filter.strings, 0);
    const YR_STRING* string = nullptr;
    yr_rule_strings_foreach((&rule), string) {
      if (context.matches[string->idx].head != nullptr) present_.at(number_of(*string)) = 1;
    }
    if (!filter.formula.holds(present_)) return; // not in all of the block together

    hits_.clear();
    yr_rule_strings_foreach((&rule), string) {
      const u32 number = number_of(*string);
      for (const YR_MATCH* match = context.matches[string->idx].head; match != nullptr;
           match = match->next) {
        const std::size_t record = record_at(block_, static_cast<u64>(match->base + match->offset));
        if (hits_.empty() || hits_.back() != Hit{record, number}) hits_.push_back({record, number});
      }
    }
    std::sort(hits_.begin(), hits_.end());
    for (std::size_t from = 0; from < hits_.size();) {
      std::fill(present_.begin(), present_.end(), u8{0});
      const std::size_t record = hits_[from].record;
      for (; from < hits_.size() && hits_[from].record == record; ++from)
        present_[hits_[from].string] = 1;
      if (filter.formula.holds(present_)) candidates_.at(record) = 1;
    }
  }

  /// `$s7` -> 7: the names of build_log_rules().
  static u32 number_of(const YR_STRING& string) {
    const std::string_view id(string.identifier);
    u32 number = 0;
    std::from_chars(id.data() + 2, id.data() + id.size(), number);
    return number;
  }

  const std::vector<RecordFilter>& filters_;
  const RecordBlock& block_;
  std::vector<u8>& candidates_;
  std::vector<u8> present_;
  std::vector<Hit> hits_;
  std::exception_ptr parked_;
};

/// libyara's verdict on one record.
class Verdict {
public:
  Verdict(const LogTable& table, const RecordBlock& block, std::size_t record,
          std::vector<RecordHit>& hits, std::set<std::string>& truncated)
      : table_(table), block_(block), record_(record), hits_(hits), truncated_(truncated) {}

  static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* self) noexcept {
    Verdict& that = *static_cast<Verdict*>(self);
    park_exceptions(that.parked_, [&] {
      if (message == CALLBACK_MSG_RULE_MATCHING)
        that.take(*context, *static_cast<const YR_RULE*>(data));
      else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
        that.take_flood(*static_cast<const YR_STRING*>(data));
    });
    return that.parked_ ? CALLBACK_ERROR : CALLBACK_CONTINUE;
  }

  void rethrow() const {
    if (parked_) std::rethrow_exception(parked_);
  }

private:
  void take(const YR_SCAN_CONTEXT& context, const YR_RULE& rule) {
    const RuleRef* ref =
        table_.members.at(static_cast<std::size_t>(&rule - context.rules->rules_table));
    if (ref == nullptr) return;
    std::vector<Match> matches;
    const YR_STRING* string = nullptr;
    yr_rule_strings_foreach((&rule), string) {
      if (!STRING_IS_PRIVATE(string))
        take_string(*ref, *string, context.matches[string->idx], matches);
    }
    std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
      return std::tie(a.offset, a.id, a.length) < std::tie(b.offset, b.id, b.length);
    });
    if (matches.size() > kMostPerRecord) {
      note_left_out(*ref, "");
      matches.resize(kMostPerRecord);
    }
    hits_.push_back({ref, record_, std::move(matches)});
  }

  void take_string(const RuleRef& ref, const YR_STRING& string, const YR_MATCHES& found,
                   std::vector<Match>& matches) {
    const LogRecord& record = block_.records[record_];
    const ByteView bytes = block_.bytes_of(record);
    std::size_t kept = 0;
    for (const YR_MATCH* match = found.head; match != nullptr; match = match->next) {
      if (kept++ == kMostPerString) {
        note_left_out(ref, string.identifier);
        return;
      }
      const u64 offset = static_cast<u64>(match->base + match->offset);
      const u64 length = static_cast<u64>(match->match_length);
      Match out;
      out.id = is_utf8(string.identifier) ? string.identifier : printable(string.identifier);
      out.offset = block_.stream_offset(record.offset + offset);
      out.length = length;
      show_match(bytes, offset, out);
      matches.push_back(std::move(out));
    }
  }

  void take_flood(const YR_STRING& string) {
    const RuleRef* ref = table_.members.at(string.rule_idx);
    if (ref != nullptr) note_left_out(*ref, string.identifier);
  }

  void note_left_out(const RuleRef& ref, const char* id) {
    truncated_.insert(fmt::format("{}{}{} ({}): matches left out in records with very many",
                                  ref.name, *id == '\0' ? "" : ":", id, ref.name_space));
  }

  const LogTable& table_;
  const RecordBlock& block_;
  std::size_t record_;
  std::vector<RecordHit>& hits_;
  std::set<std::string>& truncated_;
  std::exception_ptr parked_;
};

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
      scanners{}; // made at first use, with the externals of the stream
  std::set<std::string> truncated{};
  std::vector<u8> candidates{};
  PrefilterScratch scratch{};

  YR_SCANNER* scanner_of(YR_RULES* table);
  static void define_externals(YR_SCANNER* scanner, const Externals& externals);
  bool set_time_left();
  int search(const RecordBlock& block);
  int judge(const std::vector<LogTable>& tables, const RecordBlock& block, std::size_t record,
            std::vector<RecordHit>& hits);
};

void RecordScanner::State::define_externals(YR_SCANNER* scanner, const Externals& externals) {
  const std::array<const std::string*, kExternalNames.size()> values{
      &externals.filename, &externals.filepath, &externals.extension, &externals.filetype,
      &externals.owner};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int code =
        yr_scanner_define_string_variable(scanner, kExternalNames[i].data(), values[i]->c_str());
    // Compiled rules define only what they read.
    if (code != ERROR_SUCCESS && code != ERROR_INVALID_ARGUMENT &&
        code != ERROR_INVALID_EXTERNAL_VARIABLE_TYPE)
      throw Error("an external variable: " + yara_error_text(code));
  }
}

YR_SCANNER* RecordScanner::State::scanner_of(YR_RULES* table) {
  YaraScanner& scanner = scanners[table];
  if (!scanner) {
    YR_SCANNER* created = nullptr;
    if (const int code = yr_scanner_create(table, &created); code != ERROR_SUCCESS)
      throw Error("no scanner: " + yara_error_text(code));
    scanner.reset(created);
    yr_scanner_set_flags(created, SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
    define_externals(created, externals);
  }
  return scanner.get();
}

/// False when there is none.
bool RecordScanner::State::set_time_left() {
  if (limit.count() == 0) return true;
  const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now()).count();
  if (left <= 0) return false;
  for (auto& [table, scanner] : scanners)
    yr_scanner_set_timeout(scanner.get(), static_cast<int>(left));
  return true;
}

int RecordScanner::State::search(const RecordBlock& block) {
  YR_SCANNER* const scanner = scanner_of(rules.search.get());
  Search search(rules.filters, block, candidates);
  yr_scanner_set_callback(scanner, Search::on_message, &search);
  const int code = yr_scanner_scan_mem(scanner, pointer_to(block.bytes), block.bytes.size());
  search.rethrow();
  if (code == ERROR_SUCCESS || code == ERROR_SCAN_TIMEOUT) return code;
  search.all(); // too complex for many records at once: each is asked
  return ERROR_SUCCESS;
}

int RecordScanner::State::judge(const std::vector<LogTable>& tables, const RecordBlock& block,
                                std::size_t record, std::vector<RecordHit>& hits) {
  const ByteView bytes = block.bytes_of(block.records[record]);
  for (const LogTable& table : tables) {
    YR_SCANNER* const scanner = scanner_of(table.rules.get());
    scanner->entry_point = YR_UNDEFINED; // libyara 4.5 keeps that of the first content
    Verdict verdict(table, block, record, hits, truncated);
    yr_scanner_set_callback(scanner, Verdict::on_message, &verdict);
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
  for (auto& [table, scanner] : state.scanners) State::define_externals(scanner.get(), externals);
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
      !state.compiled.filter.get(state.compiled)
           .prefilter()
           .may_match_records(block.bytes, state.scratch))
    return result;
  state.candidates.assign(block.records.size(), every_record ? 1 : 0);
  if (!every_record && state.rules.search && failed(state.search(block))) return result;
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
