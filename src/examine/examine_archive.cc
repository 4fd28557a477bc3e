// SPDX-License-Identifier: Apache-2.0
#include "examine/examine_archive.h"

#include "base/hash.h"
#include "examine/names_scan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::string_view kInside = "!/";

class ArchiveExaminer {
public:
  ArchiveExaminer(Examination& work, const MemberTools& tools, u64 bytes)
      : work_(work), tools_(tools),
        budget_(tools.limits, bytes, std::chrono::seconds(tools.content.options.timeout_seconds)) {}

  void examine(ByteView content, ArchiveKind kind, const std::string& within, u32 depth) {
    const ArchiveWalk walk = walk_archive(content, kind, budget_, [&](const ArchiveMember& member) {
      examine_member(member, within + member.name, depth);
    });
    report(walk, within);
  }

private:
  void examine_member(const ArchiveMember& member, const std::string& path, u32 depth) {
    const std::string type = file_type_label(member.bytes);
    std::vector<Finding> hits;
    Hashes hashes;
    std::optional<HashSetHit> known;
    if (!check_hashes(member.bytes, hashes, known, hits)) {
      std::vector<Externals> names{externals_of(
          {work_.described().path + "/" + path, "", work_.described().owner_sid.value_or("")},
          work_.volume.drive)};
      NamesScan scan = scan_under_names(tools_.content.scanner, member.bytes, names, type);
      for (const ScanFailure& failure : scan.failures)
        work_.add_issue(failure.timed_out ? IssueKind::timed_out : IssueKind::crashed, "archive",
                        fmt::format("{}: {}", path, failure.message), 0);
      work_.truncated.insert(scan.truncated.begin(), scan.truncated.end());
      std::move(scan.findings.begin(), scan.findings.end(), std::back_inserter(hits));
    }
    for (Finding& hit : hits) {
      hit.member = path;
      hit.known = known;
    }
    if (!hits.empty())
      add_content_findings(work_, {member.bytes, type, hashes}, tools_.content, std::move(hits));
    open_nested(member, path, depth);
  }

  /// Whether the content is known to be good, and need not be scanned.
  bool check_hashes(ByteView bytes, Hashes& hashes, std::optional<HashSetHit>& known,
                    std::vector<Finding>& hits) {
    if (tools_.lookup == nullptr) return false;
    add_hashes(hashes, bytes, tools_.content.options.hash_sets->kinds());
    HashVerdict verdict = tools_.lookup->look_up(hashes);
    known = std::move(verdict.known);
    for (HashSetHit& bad : verdict.bad) hits.emplace_back().cause = std::move(bad);
    return hits.empty() && (verdict.good || (known && tools_.content.options.skip_known));
  }

  void open_nested(const ArchiveMember& member, const std::string& path, u32 depth) {
    const ArchiveKind kind = archive_kind(member.bytes);
    if (kind == ArchiveKind::none) return;
    if (depth < tools_.limits.depth)
      return examine(member.bytes, kind, path + std::string(kInside), depth + 1);
    if (too_deep_++ == 0) first_too_deep_ = path;
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
    if (walk.too_large > 0)
      issue(IssueKind::over_limit,
            fmt::format("{} members are larger than {} bytes, the first {}: not looked at",
                        walk.too_large, tools_.limits.member_bytes, walk.first_too_large));
    if (!walk.limit.empty())
      issue(walk.timed_out ? IssueKind::timed_out : IssueKind::over_limit,
            fmt::format("after {} members: {}; what follows was not looked at", walk.members,
                        walk.limit));
    for (const std::string& damage : walk.damage) issue(IssueKind::malformed, damage);
    if (within.empty()) finish();
  }

  void finish() {
    if (too_deep_ > 0)
      work_.add_issue(IssueKind::over_limit, "archive",
                      fmt::format("{} archives are nested more than {} deep, the first {}: not "
                                  "opened",
                                  too_deep_, tools_.limits.depth, first_too_deep_),
                      0);
    if (issues_ > kMostIssues)
      work_.add_issue(
          IssueKind::over_limit, "archive",
          fmt::format("{} further problems of archives within it", issues_ - kMostIssues), 0);
  }

  static constexpr u64 kMostIssues = 20;
  Examination& work_;
  const MemberTools& tools_;
  ArchiveBudget budget_;
  u64 too_deep_ = 0, issues_ = 0;
  std::string first_too_deep_;
};

} // namespace

void examine_archive(Examination& work, ByteView content, const MemberTools& tools) {
  const ArchiveKind kind = archive_kind(content);
  if (kind == ArchiveKind::none) return;
  ArchiveExaminer(work, tools, content.size()).examine(content, kind, "", 1);
}

} // namespace coldsweep
