// SPDX-License-Identifier: Apache-2.0
#include "examine/examine_archive.h"

#include "base/hash.h"
#include "content/archive_kind.h"
#include "content/containers.h"
#include "examine/content_findings.h"
#include "examine/externals.h"
#include "examine/hash_check.h"
#include "examine/member_log.h"
#include "examine/names_scan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

class ArchiveExaminer {
public:
  ArchiveExaminer(Examination& work, const ContentTools& tools, u64 bytes)
      : work_(work), tools_(tools), limits_(limits_of(tools.options)),
        budget_(limits_, bytes, tools.deadline, tools.options.member_budget) {}

  void examine(ByteView content) {
    examine(content, {"", ""}, {1, 1});
    finish();
  }

private:
  /// How many archives, and how many files that are only compressed, an archive is in.
  struct Depth {
    u32 archives, layers;
  };

  /// Of a member, or what its path begins with.
  struct Place {
    std::string path;
    std::string unpacked_from;
  };

  void examine(ByteView content, const Place& within, const Depth& depth) {
    walk_containers(
        content, budget_,
        [&](const ArchiveMember& member) {
          examine_member(
              member,
              {within.path + member.name, unpacked_within(within.unpacked_from, member.container)},
              depth);
        },
        [&](const ArchiveWalk& walk) { report(walk, within.path); });
  }

  static ArchiveLimits limits_of(const ExamineOptions& options) {
    ArchiveLimits limits;
    limits.member_bytes = std::min(limits.member_bytes, options.member_limit);
    limits.unleased_bytes = options.unleased;
    return limits;
  }

  void examine_member(const ArchiveMember& member, const Place& place, const Depth& depth) {
    const std::string type = file_type_label(member.bytes);
    FoundContent content{member.bytes, type, {}};
    const HashJudgement judgement = check_hashes(content);
    std::vector<Finding> findings;
    judgement.add_findings_to(findings);
    if (judgement.reason_to_skip(tools_.options.skip_known) == nullptr) {
      scan_member(content, place, findings);
      examine_records(content.bytes, place, findings);
    }
    for (Finding& finding : findings) {
      finding.member = place.path;
      finding.known = judgement.known;
    }
    work_.finish_apart(std::move(findings), content, tools_);
    open_nested(member, place, depth);
  }

  HashJudgement check_hashes(FoundContent& content) {
    if (tools_.lookup == nullptr) return {};
    add_hashes(content.hashes, content.bytes, tools_.options.hash_sets->kinds());
    return judge_content(*tools_.lookup, content.hashes);
  }

  void scan_member(const FoundContent& content, const Place& place,
                   std::vector<Finding>& findings) {
    std::vector<Externals> names = externals_of({.path = work_.described().path,
                                                 .owner_sid = work_.owner_sid(),
                                                 .member = place.path,
                                                 .unpacked_from = place.unpacked_from},
                                                work_.volume.drive);
    NamesScan scan = scan_under_names(tools_.timed_scanner(), content.bytes, names, content.type);
    for (const ScanFailure& failure : scan.failures)
      if (issues_++ < kMostIssues) work_.add_scan_failure(failure, "archive", 0, place.path + ": ");
    work_.note_truncated(scan.truncated);
    std::move(scan.findings.begin(), scan.findings.end(), std::back_inserter(findings));
  }

  /// Where the member is a log, evaluates the log rules on each record as well.
  void examine_records(ByteView bytes, const Place& place, std::vector<Finding>& findings) {
    const std::string& path = place.path;
    const NamedLog name = named_log(work_.described().path, path);
    const std::optional<LogKind> kind = log_kind(name.full_path(), bytes);
    if (!kind) return;
    const std::vector<Externals> names = externals_of({.path = name.path,
                                                       .owner_sid = work_.owner_sid(),
                                                       .member = name.member,
                                                       .unpacked_from = place.unpacked_from},
                                                      work_.volume.drive);
    LogExamination log = tools_.logs.examine(bytes, *kind, names, tools_.deadline);
    add_span(work_.outcome.member_logs, std::move(log.span));
    if (log.failure)
      work_.add_scan_failure(*log.failure, "records", 0,
                             path + ": not all records were judged one by one: ");
    for (const ScanFailure& failure : log.failed_rules)
      work_.add_scan_failure(failure, "records", 0, path + ": ");
    for (const std::string& damage : log.damage)
      if (issues_++ < kMostIssues)
        work_.add_issue(IssueKind::malformed, "records", path + ": " + damage, 0);
    work_.note_truncated(log.truncated);
    std::move(log.findings.begin(), log.findings.end(), std::back_inserter(findings));
  }

  void open_nested(const ArchiveMember& member, const Place& place, const Depth& depth) {
    const bool layer = member.is_content && archive_kind(member.bytes) == ArchiveKind::compressed;
    if (layer ? depth.layers < limits_.layers : depth.archives < limits_.depth)
      return examine(member.bytes, {place.path + std::string(kInside), place.unpacked_from},
                     {depth.archives + (layer ? 0 : 1), depth.layers + (layer ? 1 : 0)});
    if (holds_archive(member.bytes) && too_deep_++ == 0) first_too_deep_ = place.path;
  }

  void report(const ArchiveWalk& walk, const std::string& within) {
    const std::string place = within.empty() ? "" : within.substr(0, within.size() - 2) + ": ";
    const auto issue = [&](IssueKind kind, const std::string& text) {
      if (issues_++ < kMostIssues) work_.add_issue(kind, "archive", place + text, 0);
    };
    if (walk.encrypted > 0)
      issue(IssueKind::encrypted,
            fmt::format("{} of {} members are encrypted, the first {}: not looked at",
                        walk.encrypted, walk.members, walk.first_encrypted));
    if (walk.list_encrypted)
      issue(IssueKind::encrypted, "the list of its members is encrypted: none was looked at");
    if (walk.too_large > 0)
      issue(IssueKind::over_limit,
            fmt::format("{} members are larger than {} bytes, the first {}: not looked at",
                        walk.too_large, limits_.member_bytes, walk.first_too_large));
    if (walk.no_memory > 0)
      issue(IssueKind::over_limit,
            fmt::format("there was no memory for {} members, the first {}: not looked at",
                        walk.no_memory, walk.first_without_memory));
    if (!walk.limit.empty())
      issue(walk.timed_out ? IssueKind::timed_out : IssueKind::over_limit,
            fmt::format("after {} members: {}; what follows was not looked at", walk.members,
                        walk.limit));
    for (const std::string& damage : walk.damage) issue(IssueKind::malformed, damage);
    if (walk.damage_left_out > 0)
      issue(IssueKind::malformed,
            fmt::format("{} further problems of its members", walk.damage_left_out));
  }

  void finish() {
    if (too_deep_ > 0)
      work_.add_issue(IssueKind::over_limit, "archive",
                      fmt::format("{} archives are nested more than {} deep, the first {}: not "
                                  "opened",
                                  too_deep_, limits_.depth, first_too_deep_),
                      0);
    if (issues_ > kMostIssues)
      work_.add_issue(
          IssueKind::over_limit, "archive",
          fmt::format("{} further problems of archives within it", issues_ - kMostIssues), 0);
  }

  static constexpr u64 kMostIssues = 20;
  Examination& work_;
  const ContentTools& tools_;
  const ArchiveLimits limits_;
  ArchiveBudget budget_;
  u64 too_deep_ = 0, issues_ = 0;
  std::string first_too_deep_;
};

} // namespace

void examine_archive(Examination& work, ByteView content, const ContentTools& tools) {
  ArchiveExaminer(work, tools, content.size()).examine(content);
}

} // namespace coldsweep
