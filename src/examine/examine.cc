// SPDX-License-Identifier: Apache-2.0
#include "examine/examine.h"

#include "base/checked.h"
#include "base/hash.h"
#include "examine/byte_ownership.h"
#include "examine/examination.h"
#include "examine/examine_archive.h"
#include "examine/examine_name.h"
#include "examine/examine_raw.h"
#include "examine/externals.h"
#include "examine/finding_frame.h"
#include "examine/names_scan.h"
#include "examine/virtual_directories.h"
#include "filesystem/extents.h"
#include "weigh/weigh.h"

#include <algorithm>
#include <set>
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

} // namespace

StreamExaminer::StreamExaminer(const RuleSet& rules, ByteBudget& budget, ContentLimits limits,
                               const EvidenceStore& evidence, ExamineOptions options)
    : scanner_(rules, options.timeout_seconds, options.prefiltering),
      log_examiner_(rules, options.timeout_seconds, options.prefiltering),
      path_dependent_rules_(uses_externals(rules) || log_examiner_.reads_externals()),
      reader_(budget, std::move(limits)), evidence_(&evidence), options_(options) {
  if (options_.hash_sets != nullptr) lookup_.emplace(*options_.hash_sets);
}

Outcome StreamExaminer::examine(const SweptVolume& volume, const StreamRef& stream) {
  if (stream.id.kind == StreamKind::name) return examine_name(volume, stream, *options_.places);
  Examination work(volume, stream);
  work.outcome.stream = stream.id;
  work.outcome.bytes.planned = stream.size - stream.shared_tail;
  if (stream.encoding == Encoding::wof) {
    work.outcome.bytes.skip("wof", stream.size);
    work.add_issue(
        IssueKind::unsupported, "read",
        fmt::format("stored through WOF: {}; the content was not scanned", stream.why_unread),
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
  work.outcome.bytes.sparse += plan.sparse;
  work.outcome.bytes.unreadable += plan.missing;
  if (plan.missing > 0)
    work.add_issue(plan.damage.empty() ? IssueKind::unreadable : IssueKind::malformed, "read",
                   plan.damage.empty() ? "no place on the volume is known for these bytes"
                                       : plan.damage,
                   plan.missing);
  if (!plan.whole && plan.windows.size() > 1 && !work.raw)
    work.add_issue(
        IssueKind::over_limit, "scan",
        fmt::format(
            "{}: its {} {} were scanned one by one, and conditions on the file's size, or across "
            "ranges, could not be judged",
            is_decoded_wof(work.stream.encoding) ? "more than 64 times as long as its stored bytes"
                                                 : "mostly holes",
            plan.windows.size(), is_decoded_wof(work.stream.encoding) ? "parts" : "stored ranges"),
        0);
  for (const Window& window : plan.windows) examine_window(work, window, plan.whole);
  if (!plan.whole && !work.outcome.findings.empty()) { // there is no one content to judge by
    complete_findings(work, nullptr);
    for (Finding& finding : work.outcome.findings) weigh(finding, ContentFacts(), *options_.places);
  }
  std::move(work.complete.begin(), work.complete.end(), std::back_inserter(work.outcome.findings));
  sort_findings(work.outcome.findings);
  for (const std::string& string : work.truncated)
    work.add_issue(IssueKind::matches_truncated, "scan", string, 0);
}

void StreamExaminer::collect_names(Examination& work) const {
  if (!work.externals.empty()) return;
  const StreamDescription& described = work.described();
  const std::string owner = described.owner_sid.value_or("");
  work.externals.push_back(
      externals_of({described.path, work.stream.name, owner}, work.volume.drive));
  if (!path_dependent_rules_) return;
  for (const std::string& link : described.links)
    work.externals.push_back(externals_of({link, work.stream.name, owner}, work.volume.drive));
}

void StreamExaminer::examine_window(Examination& work, const Window& window, bool whole) {
  if (whole && !work.raw && pass_in_pieces(work, window)) return;
  const u64 own = window.own(), end = window.offset + own;
  LoadedWindow loaded;
  try {
    loaded = reader_.load(*work.volume.source, work.stream, window);
  } catch (const Error& e) {
    work.outcome.bytes.skip("over_limit", own);
    work.add_issue(IssueKind::over_limit, "read", e.what(), own);
    return;
  }
  if (own < window.length) loaded.unreadable = within(loaded.gaps, end);
  if (loaded.unreadable > 0) {
    const bool damaged = !loaded.damage.empty();
    work.add_issue(damaged ? IssueKind::malformed : IssueKind::unreadable, "read",
                   fmt::format("{} bytes in {} ranges, the first at offset {}: {}",
                               loaded.unreadable, loaded.gaps.size(), loaded.gaps.front().offset,
                               damaged ? loaded.damage.front() : loaded.gaps.front().message),
                   loaded.unreadable);
  }
  if (own < window.length && loaded.sparse > 0) loaded.sparse = holes_within(work.stream, window);
  for (const Gap& gap : loaded.gaps)
    if (gap.offset < end)
      work.unreadable_on_volume +=
          is_decoded_wof(work.stream.encoding)
              ? gap.length
              : held_on_volume(*work.volume.source, work.stream, gap.offset,
                               std::min(gap.length, end - gap.offset));
  work.outcome.bytes.sparse += loaded.sparse;
  work.outcome.bytes.unreadable += loaded.unreadable;
  const u64 readable = own - loaded.sparse - loaded.unreadable;

  collect_names(work);
  const char* passed_over = whole && !work.raw ? check_hashes(work, loaded) : nullptr;
  if (passed_over != nullptr) return work.outcome.bytes.skip(passed_over, readable);

  const std::string type = file_type_label(loaded.bytes);
  NamesScan scan = work.raw ? scan_raw_space(scanner_, loaded.bytes, work.externals.front(), type)
                            : scan_under_names(scanner_, loaded.bytes, work.externals, type);
  for (const ScanFailure& failure : scan.failures) {
    work.add_issue(failure.timed_out ? IssueKind::timed_out : IssueKind::crashed, "scan",
                   failure.message, failure.of_all ? readable : 0);
    if (failure.of_all)
      work.outcome.bytes.skip(failure.timed_out ? "timed_out" : "scan_failed", readable);
  }
  work.truncated.insert(scan.truncated.begin(), scan.truncated.end());
  if (work.raw && !scan.failed()) { // what is found in pieces of their own is not said twice
    const std::size_t before = work.complete.size();
    examine_carved(work, {loaded, window}, content_tools());
    drop_repeated(scan.findings, std::span(work.complete).subspan(before), window.offset);
  }
  add_matches(work, std::move(scan.findings), loaded, window);
  if (!scan.failed()) work.outcome.bytes.scanned += readable;
  if (!work.raw) examine_records(work, loaded, window);
  if (whole) add_virtual_directories(work, loaded);
  if (whole && !work.raw && options_.archives && work.stream.id.kind == StreamKind::data &&
      !scan.failed())
    examine_members(work, loaded);
  if (work.outcome.findings.empty() || !whole) return;
  complete_findings(work, &loaded);
  const ContentFacts content(loaded.bytes, type);
  for (Finding& finding : work.outcome.findings) weigh(finding, content, *options_.places);
}

/// Of IIS's configuration.
void StreamExaminer::add_virtual_directories(Examination& work, const LoadedWindow& loaded) {
  if (!is_iis_configuration(work.described().path, work.stream.name)) return;
  if (loaded.bytes.size() > kMostIisConfiguration)
    work.add_issue(IssueKind::over_limit, "scan",
                   fmt::format("virtual directories were looked for in the first {} bytes",
                               kMostIisConfiguration),
                   0);
  const auto known = options_.places->anomalies.find("hidden_virtual_directory");
  for (Finding& finding : hidden_virtual_directories(
           loaded.bytes, known == options_.places->anomalies.end() ? 0 : known->second)) {
    for (Match& match : finding.matches) work.place(loaded, match);
    work.outcome.findings.push_back(std::move(finding));
  }
}

StreamExaminer::HashJudgement StreamExaminer::judge_hashes(Examination& work, bool exact) {
  HashVerdict verdict;
  if (exact) verdict = lookup_->look_up(work.hashes);
  HashJudgement judgement{verdict.good, std::move(verdict.known), std::move(verdict.bad)};
  if (judgement.good || !work.stream.name.empty()) return judgement;
  const ShippedFiles& shipped = options_.hash_sets->shipped_files();
  std::optional<HashSetHit> unknown_file;
  const auto judge = [&](const std::string& path) {
    if (!unknown_file)
      unknown_file =
          shipped.judge({path, work.hashes.sha256, work.stream.deleted}, work.volume.web_folders);
  };
  judge(work.described().path);
  for (const std::string& link : work.described().links) judge(link);
  if (unknown_file) judgement.hits.push_back(std::move(*unknown_file));
  return judgement;
}

const char* StreamExaminer::check_hashes(Examination& work, const LoadedWindow& loaded) {
  if (!lookup_ || work.stream.size == 0) return nullptr;
  const bool exact =
      loaded.gaps.empty(); // zeros in place of what can't be read are another content
  if (exact) add_hashes(work.hashes, loaded.bytes, options_.hash_sets->kinds());
  HashJudgement judgement = judge_hashes(work, exact);
  work.known = std::move(judgement.known);
  for (HashSetHit& hit : judgement.hits) {
    Finding finding;
    finding.cause = std::move(hit);
    work.outcome.findings.push_back(std::move(finding));
  }
  if (!work.outcome.findings.empty()) return nullptr;
  if (judgement.good) return "known_good";
  return work.known && options_.skip_known ? "known" : nullptr;
}

/// Of a log every record is judged on its own as well.
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
  LogExamination log = log_examiner_.examine(loaded.bytes, *kind, work.externals);
  work.outcome.log = std::move(log.span);
  if (!log.failure.empty())
    work.add_issue(
        log.timed_out ? IssueKind::timed_out : IssueKind::crashed, "records",
        fmt::format("scanned whole, but not all records were judged one by one: {}", log.failure),
        log.unjudged);
  for (const std::string& damage : log.damage)
    work.add_issue(IssueKind::malformed, "records", damage, 0);
  work.truncated.insert(log.truncated.begin(), log.truncated.end());
  for (Finding& finding : log.findings) {
    for (Match& match : finding.matches) work.place(loaded, match);
    work.outcome.findings.push_back(std::move(finding));
  }
}

ContentTools StreamExaminer::content_tools() { return {scanner_, options_, *evidence_}; }

void StreamExaminer::examine_members(Examination& work, const LoadedWindow& loaded) {
  MemberTools tools{content_tools(), lookup_ ? &*lookup_ : nullptr, {}};
  tools.limits.member_bytes = std::min(tools.limits.member_bytes, options_.member_limit);
  examine_archive(work, loaded.bytes, tools);
}

void StreamExaminer::add_matches(Examination& work, std::vector<Finding>&& findings,
                                 const LoadedWindow& loaded, const Window& window) {
  for (Finding& finding : findings)
    for (Match& match : finding.matches) {
      match.offset += window.offset;
      work.place(loaded, match);
    }
  if (work.raw) { // what begins in the next piece is found there
    const u64 end = window.offset + window.own();
    for (Finding& finding : findings)
      std::erase_if(finding.matches, [&](const Match& match) { return match.offset >= end; });
    std::erase_if(findings, [](const Finding& finding) { return finding.matches.empty(); });
  }
  merge_findings(work.outcome.findings, std::move(findings));
}

void StreamExaminer::complete_findings(Examination& work, const LoadedWindow* content) {
  Finding common = work.frame();
  common.known = work.known;
  if (content != nullptr) {
    common.hashes = work.hashes;
    add_hashes(common.hashes, content->bytes, kAllHashes);
    const bool of_strings = std::all_of(
        work.outcome.findings.begin(), work.outcome.findings.end(), [](const Finding& finding) {
          return finding.part && finding.part->kind == StreamKind::strings_only;
        });
    if (options_.export_matched && !of_strings && work.stream.size <= options_.export_limit) {
      evidence_->keep(common.hashes.sha256, content->bytes);
      common.exported = true;
    }
  }
  for (Finding& finding : work.outcome.findings) {
    common.cause = std::move(finding.cause);
    common.matches = std::move(finding.matches);
    common.why = std::move(finding.why);
    common.log = std::move(finding.log);
    common.part = finding.part;
    finding = common;
  }
}

} // namespace coldsweep
