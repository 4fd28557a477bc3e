// SPDX-License-Identifier: Apache-2.0
#include "examine/examine_log.h"

#include "content/log_records.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kMostFindings = 1000; // of a rule in a stream
constexpr std::size_t kAsked = 100; // records tried for a time at either end of a block

/// Widens the span by the first and last record of the block that have a time. In an event log all
/// records have one, and its chunks may be in any order.
void note_times(const RecordReader& reader, const RecordBlock& block, bool all, LogSpan& span) {
  const auto note = [&](const LogRecord& record) {
    const std::optional<LogTime> time = reader.time_of(block, record);
    if (!time) return false;
    if (!span.oldest || time->ticks < *span.oldest) span.oldest = time->ticks;
    if (!span.newest || time->ticks > *span.newest) span.newest = time->ticks;
    return true;
  };
  const std::size_t count = block.records.size();
  const std::size_t most = all ? count : std::min(count, kAsked);
  for (std::size_t i = 0; i < most; ++i)
    if (note(block.records[i]) && !all) break;
  for (std::size_t i = 0; i < most && !all; ++i)
    if (note(block.records[count - 1 - i])) break;
}

class Collected {
public:
  explicit Collected(LogExamination& into) : into_(into) {}

  /// A match of the same rule in the same record, under a further name of the stream, is the same
  /// finding.
  void add(RecordHit hit, const RecordReader& reader, const RecordBlock& block, bool further) {
    const LogRecord& record = block.records[hit.record];
    u64& count = counts_[hit.rule];
    if (count >= kMostFindings) {
      count += further ? 0 : 1;
      return;
    }
    if (!seen_.emplace(hit.rule, block.stream_offset(record.offset)).second) return;
    ++count;
    Finding finding;
    finding.cause = *hit.rule;
    finding.matches = std::move(hit.matches);
    finding.log = LogPlace{record.line, {}};
    if (const std::optional<LogTime> time = reader.time_of(block, record))
      finding.log->time = iso(*time);
    into_.findings.push_back(std::move(finding));
  }

  void note_left_out() {
    for (const auto& [rule, count] : counts_)
      if (count > kMostFindings)
        into_.truncated.push_back(fmt::format("{} ({}): {} of {} matching records left out",
                                              rule->name, rule->name_space, count - kMostFindings,
                                              count));
  }

private:
  LogExamination& into_;
  std::set<std::pair<const RuleRef*, u64>> seen_;
  std::map<const RuleRef*, u64> counts_;
};

} // namespace

LogExaminer::LogExaminer(const RuleSet& rules, Prefiltering prefiltering)
    : scanner_(rules, prefiltering) {}

LogExamination LogExaminer::examine(ByteView content, const LogKind& kind,
                                    std::span<const Externals> names, const Deadline& deadline) {
  LogExamination result;
  result.span.family = kind.family;
  Collected collected(result);
  std::set<std::string> failed;
  const std::size_t rounds = scanner_.has_rules() && scanner_.reads_externals() ? names.size() : 1;
  for (std::size_t round = 0; round < rounds && !result.failure; ++round) {
    const std::unique_ptr<RecordReader> reader = records_of(content, kind.form);
    scanner_.begin(names[round]);
    RecordBlock block;
    while (reader->next(block)) {
      if (round == 0) note_times(*reader, block, kind.form == RecordForm::events, result.span);
      if (!scanner_.has_rules() || result.failure) continue; // only the times are of use
      BlockScan scan = scanner_.scan(block, deadline);
      for (RecordHit& hit : scan.hits) collected.add(std::move(hit), *reader, block, round > 0);
      if (!scan.timed_out && !scan.error) continue;
      result.failure =
          ScanFailure{scan.timed_out, false, scan.error.value_or(time_is_over(deadline))};
      result.unjudged = content.size() - std::min<u64>(content.size(), block.stream_offset(0));
    }
    if (round == 0) result.damage = reader->damage();
    for (const std::string& text : scanner_.failed())
      if (failed.insert(text).second)
        result.failed_rules.push_back({false, false, "not evaluated on all records: " + text});
    for (std::string& text : scanner_.truncated()) result.truncated.push_back(std::move(text));
  }
  collected.note_left_out();
  return result;
}

} // namespace coldsweep
