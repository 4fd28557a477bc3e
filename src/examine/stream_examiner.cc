// SPDX-License-Identifier: Apache-2.0
#include "examine/stream_examiner.h"

#include "base/hash.h"
#include "examine/byte_ownership.h"
#include "examine/content_findings.h"
#include "examine/examination.h"
#include "examine/examine_archive.h"
#include "examine/examine_name.h"
#include "examine/examine_raw.h"
#include "examine/externals.h"
#include "examine/hash_check.h"
#include "examine/names_scan.h"
#include "examine/virtual_directories.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// Bytes of the gaps before `end`, in stream offsets.
u64 within(const std::vector<Gap>& gaps, u64 end) {
  u64 sum = 0;
  for (const Gap& gap : gaps)
    if (gap.offset < end) sum += std::min(gap.length, end - gap.offset);
  return sum;
}

void sort_findings(std::vector<Finding>& findings) {
  const auto key = [](const Finding& f) {
    return std::tuple(f.part, f.member, order_of(f.cause), f.log ? f.log->line : 0);
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

/// Adds the findings of one window, with their places in stream and media.
void add_matches(Examination& work, std::vector<Finding>&& findings, const LoadedWindow& loaded,
                 const Window& window) {
  for (Finding& finding : findings)
    for (Match& match : finding.matches) {
      match.offset += window.offset;
      work.place(loaded, match);
    }
  if (work.raw) { // a match that begins in the next window is found there
    const u64 end = window.offset + window.own();
    for (Finding& finding : findings)
      std::erase_if(finding.matches, [&](const Match& match) { return match.offset >= end; });
    std::erase_if(findings, [](const Finding& finding) { return finding.matches.empty(); });
  }
  merge_findings(work.outcome.findings, std::move(findings));
}

void add_placed(Examination& work, const LoadedWindow& loaded, std::vector<Finding>&& findings) {
  for (Finding& finding : findings) {
    for (Match& match : finding.matches) work.place(loaded, match);
    work.outcome.findings.push_back(std::move(finding));
  }
}

/// Compressed content of a deleted file whose clusters were used again can't be decompressed, and
/// what is stored there belongs to others.
u64 overwritten_bytes(const Examination& work, u64 undecodable) {
  return work.stream.deleted ? undecodable : 0;
}

/// States what lies outside of the windows, and what scanning in several windows means.
void report_plan(Examination& work, const WindowPlan& plan) {
  work.outcome.bytes.sparse += plan.sparse;
  const u64 gone = overwritten_bytes(work, plan.damage.empty() ? 0 : plan.missing);
  if (gone > 0) return work.outcome.bytes.skip("overwritten", gone);
  work.outcome.bytes.unreadable += plan.missing;
  if (plan.missing > 0)
    work.add_issue(plan.damage.empty() ? IssueKind::unreadable : IssueKind::malformed, "read",
                   plan.damage.empty() ? "no place on the volume is known for these bytes"
                                       : plan.damage,
                   plan.missing);
  if (plan.whole || plan.windows.size() <= 1 || work.raw) return;
  const bool wof = is_decoded_wof(work.stream.encoding);
  work.add_issue(
      IssueKind::over_limit, "scan",
      fmt::format("{}: its {} {} were scanned one by one, and conditions on the file's size, or "
                  "across ranges, could not be judged",
                  wof ? "more than 64 times as long as its stored bytes" : "mostly holes",
                  plan.windows.size(), wof ? "parts" : "stored ranges"),
      0);
}

/// Bytes of the window's own part that can be scanned, once it is accounted for.
u64 readable_bytes(const Window& window, const LoadedWindow& loaded) {
  return window.own() - loaded.sparse - loaded.unreadable;
}

/// Accounts for the bytes of a window that are zeros by definition or unreadable.
void account_for(Examination& work, LoadedWindow& loaded, const Window& window) {
  const u64 own = window.own(), end = window.offset + own;
  if (own < window.length) loaded.unreadable = within(loaded.gaps, end);
  const u64 gone = overwritten_bytes(work, loaded.undecodable);
  const u64 unreadable = loaded.unreadable - gone;
  work.outcome.bytes.skip("overwritten", gone);
  if (unreadable > 0) {
    const bool damaged = !loaded.damage.empty() && gone == 0;
    work.add_issue(damaged ? IssueKind::malformed : IssueKind::unreadable, "read",
                   fmt::format("{} bytes in {} ranges, the first at offset {}: {}", unreadable,
                               loaded.gaps.size(), loaded.gaps.front().offset,
                               damaged ? loaded.damage.front() : loaded.gaps.front().message),
                   unreadable);
  }
  if (own < window.length && loaded.sparse > 0) loaded.sparse = holes_within(work.stream, window);
  for (const Gap& gap : loaded.gaps)
    if (gap.offset < end && unreadable > 0)
      work.unreadable_on_volume +=
          is_decoded_wof(work.stream.encoding)
              ? gap.length
              : held_on_volume(*work.volume.source, work.stream, gap.offset,
                               std::min(gap.length, end - gap.offset));
  work.outcome.bytes.sparse += loaded.sparse;
  work.outcome.bytes.unreadable += unreadable;
}

} // namespace

StreamExaminer::StreamExaminer(const RuleSet& rules, ByteBudget& budget, ContentLimits limits,
                               const EvidenceStore& evidence, ExamineOptions options)
    : scanner_(rules, options.prefiltering), log_examiner_(rules, options.prefiltering),
      path_dependent_rules_(uses_externals(rules) || log_examiner_.reads_externals()),
      reader_(budget, std::move(limits)), evidence_(&evidence), options_(options) {
  if (options_.hash_sets != nullptr) lookup_.emplace(*options_.hash_sets);
}

ContentTools StreamExaminer::tools(Examination& work) {
  return {scanner_, log_examiner_, lookup_ ? &*lookup_ : nullptr,
          options_, *evidence_,    work.deadline};
}

Outcome StreamExaminer::examine(const SweptVolume& volume, const StreamRef& stream) {
  Examination work(volume, stream);
  if (stream.id.kind == StreamKind::name) return examine_name(volume, stream, tools(work));
  work.outcome.stream = stream.id;
  work.outcome.bytes.planned = stream.size - stream.shared_tail;
  if (stream.encoding == Encoding::wof) {
    work.outcome.bytes.skip("wof", stream.size);
    work.add_issue(
        IssueKind::unsupported, "read",
        fmt::format("stored through WOF: {}; the content was not scanned", stream.why_unread),
        stream.size);
  } else if (stream.encoding == Encoding::elsewhere) {
    work.outcome.bytes.skip("placeholder", stream.size);
    work.add_issue(
        IssueKind::unsupported, "read",
        fmt::format("its content is not in the file but {}: it was not scanned", stream.why_unread),
        stream.size);
  } else if (stream.encoding == Encoding::efs && !options_.efs) {
    work.outcome.bytes.skip("efs", stream.size);
    work.add_issue(IssueKind::encrypted, "read",
                   fmt::format("encrypted by EFS{}: the content was not scanned",
                               work.described().owner_sid
                                   ? ", of the owner " + *work.described().owner_sid
                                   : ""),
                   stream.size);
  } else {
    examine_windows(work);
  }
  reader_.release();
  work.outcome.space = byte_ownership(stream, work.outcome.bytes, work.unreadable_on_volume);
  return std::move(work.outcome);
}

void StreamExaminer::examine_windows(Examination& work) {
  const WindowPlan plan = plan_windows(work.stream);
  work.raw = is_raw(work.stream.id.kind) || (work.stream.system && !plan.whole);
  report_plan(work, plan);
  u64 planned = 0;
  for (const Window& window : plan.windows) planned += window.own();
  work.deadline = stream_deadline(options_, planned);
  for (std::span<const Window> left = plan.windows; !left.empty(); left = left.subspan(1)) {
    if (work.deadline.passed()) {
      skip_rest(work, left);
      break;
    }
    examine_window(work, left.front(), plan.whole);
  }
  if (!plan.whole)
    work.finish_stream(nullptr, tools(work)); // there is no single content to judge by
  std::move(work.complete.begin(), work.complete.end(), std::back_inserter(work.outcome.findings));
  sort_findings(work.outcome.findings);
  for (const std::string& string : work.truncated)
    work.add_issue(IssueKind::matches_truncated, "scan", string, 0);
}

void StreamExaminer::examine_window(Examination& work, const Window& window, bool whole) {
  const bool is_file = whole && !work.raw;
  if (is_file && pass_in_pieces(work, window)) return;
  if (work.deadline.passed()) return skip_rest(work, std::span(&window, 1));
  std::optional<LoadedWindow> loaded = load(work, window);
  if (!loaded) return;
  account_for(work, *loaded, window);
  const u64 readable = readable_bytes(window, *loaded);

  name_content(work);
  if (const char* reason = is_file ? check_hashes(work, *loaded) : nullptr)
    return work.outcome.bytes.skip(reason, readable);

  const std::string type = file_type_label(loaded->bytes);
  const bool scanned = scan_content(work, *loaded, window, type);
  if (scanned) work.outcome.bytes.scanned += readable;
  if (!work.raw) examine_records(work, *loaded, window);
  if (whole) add_virtual_directories(work, *loaded);
  if (is_file && scanned && options_.archives && work.stream.id.kind == StreamKind::data)
    examine_archive(work, loaded->bytes, tools(work));

  if (!whole || work.outcome.findings.empty()) return;
  const FoundContent content{loaded->bytes, type, work.hashes};
  work.finish_stream(&content, tools(work));
}

/// Accounts for windows for which no time is left.
void StreamExaminer::skip_rest(Examination& work, std::span<const Window> windows) const {
  u64 bytes = 0;
  for (const Window& window : windows) bytes += window.own();
  work.outcome.bytes.skip("timed_out", bytes);
  work.add_issue(IssueKind::timed_out, "scan",
                 fmt::format("{}: {} bytes from offset {} on were not scanned",
                             time_is_over(work.deadline), bytes, windows.front().offset),
                 bytes);
}

std::optional<LoadedWindow> StreamExaminer::load(Examination& work, const Window& window) {
  const Deadline::Pause reading(work.deadline); // or waiting for memory
  try {
    return reader_.load(*work.volume.source, work.stream, window);
  } catch (const Error& e) {
    work.outcome.bytes.skip("over_limit", window.own());
    work.add_issue(IssueKind::over_limit, "read", e.what(), window.own());
    return std::nullopt;
  }
}

/// Fills in the externals under each name that can matter.
void StreamExaminer::name_content(Examination& work) const {
  if (!work.externals.empty()) return;
  const StreamDescription& described = work.described();
  work.externals = externals_of(
      {.path = described.path,
       .stream_name = work.stream.name,
       .owner_sid = work.owner_sid(),
       .links = path_dependent_rules_ ? std::span(described.links) : std::span<const std::string>(),
       .member = std::nullopt},
      work.volume.drive);
}

/// Returns why the content need not be scanned; null when it must be.
const char* StreamExaminer::check_hashes(Examination& work, const LoadedWindow& loaded) {
  if (!lookup_ || work.stream.size == 0) return nullptr;
  const bool exact = loaded.gaps.empty(); // zeros in place of unreadable bytes change the content
  if (exact) add_hashes(work.hashes, loaded.bytes, options_.hash_sets->kinds());
  const HashJudgement judgement = judge_stream(work, tools(work), exact);
  work.known = judgement.known;
  judgement.add_findings_to(work.outcome.findings);
  return judgement.reason_to_skip(options_.skip_known);
}

/// Applies the rules to the content as a whole; raw space also gives its carved parts. Returns
/// whether it was scanned.
bool StreamExaminer::scan_content(Examination& work, const LoadedWindow& loaded,
                                  const Window& window, const std::string& type) {
  NamesScan scan =
      work.raw
          ? scan_raw_space(tools(work).timed_scanner(), loaded.bytes, work.externals.front(), type)
          : scan_under_names(tools(work).timed_scanner(), loaded.bytes, work.externals, type);
  const u64 readable = readable_bytes(window, loaded);
  for (const ScanFailure& failure : scan.failures) {
    work.add_scan_failure(failure, "scan", failure.of_all ? readable : 0);
    if (failure.of_all)
      work.outcome.bytes.skip(failure.timed_out ? "timed_out" : "scan_failed", readable);
  }
  work.note_truncated(scan.truncated);
  if (work.raw && !scan.failed()) { // what carved parts already say is not repeated
    const std::size_t before = work.complete.size();
    examine_carved(work, {loaded, window}, tools(work));
    drop_repeated(scan.findings, std::span(work.complete).subspan(before), window.offset);
  }
  add_matches(work, std::move(scan.findings), loaded, window);
  return !scan.failed();
}

/// Where the content is a log, evaluates the log rules on each record as well.
void StreamExaminer::examine_records(Examination& work, const LoadedWindow& loaded,
                                     const Window& window) {
  const std::optional<LogKind> kind = log_kind(work.described().path, loaded.bytes);
  if (!kind) return;
  if (window.offset > 0) // its first line has no number, and may be half a line
    return work.add_issue(IssueKind::over_limit, "records",
                          fmt::format("a log after a hole, from offset {} on: its records were not "
                                      "judged one by one",
                                      window.offset),
                          window.length);
  LogExamination log = log_examiner_.examine(loaded.bytes, *kind, work.externals, work.deadline);
  work.outcome.log = std::move(log.span);
  if (log.failure)
    work.add_scan_failure(*log.failure, "records", log.unjudged,
                          "scanned whole, but not all records were judged one by one: ");
  for (const ScanFailure& failure : log.failed_rules)
    work.add_scan_failure(failure, "records", 0, "");
  for (const std::string& damage : log.damage)
    work.add_issue(IssueKind::malformed, "records", damage, 0);
  work.note_truncated(log.truncated);
  add_placed(work, loaded, std::move(log.findings));
}

/// Looks for hidden virtual directories in IIS's configuration.
void StreamExaminer::add_virtual_directories(Examination& work, const LoadedWindow& loaded) {
  if (!is_iis_configuration(work.described().path, work.stream.name)) return;
  if (loaded.bytes.size() > kMostIisConfiguration)
    work.add_issue(IssueKind::over_limit, "scan",
                   fmt::format("virtual directories were looked for in the first {} bytes",
                               kMostIisConfiguration),
                   0);
  const auto known = options_.places->anomalies.find("hidden_virtual_directory");
  add_placed(work, loaded,
             hidden_virtual_directories(
                 loaded.bytes, known == options_.places->anomalies.end() ? 0 : known->second));
}

} // namespace coldsweep
