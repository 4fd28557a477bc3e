// SPDX-License-Identifier: Apache-2.0
#include "model/outcome.h"

#include "base/text.h"
#include "model/issue_stage.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace coldsweep {
namespace {

constexpr std::array<std::string_view, 8> kIssueNames{
    "unreadable", "encrypted", "unsupported", "over_limit",
    "timed_out",  "crashed",   "malformed",   "matches_truncated",
};

} // namespace

std::pair<std::string_view, std::string_view> order_of(const Cause& cause) {
  if (const RuleRef* rule = std::get_if<RuleRef>(&cause)) return {rule->name_space, rule->name};
  if (const HashSetHit* hit = std::get_if<HashSetHit>(&cause)) return {{}, hit->name};
  return {{}, std::get<Anomaly>(cause).name};
}

std::string_view title_of(const Cause& cause) {
  const HashSetHit* hit = std::get_if<HashSetHit>(&cause);
  return hit != nullptr ? std::string_view(hit->entry) : order_of(cause).second;
}

void show_match(ByteView content, u64 at, Match& match) {
  if (at >= content.size()) return;
  const u64 length = std::min<u64>(match.length, content.size() - at);
  match.data = hex(content.subspan(at, std::min<u64>(length, kMatchDataBytes)));
  const u64 lead = std::min<u64>(at, kMatchContextBytes);
  match.before = hex(content.subspan(at - lead, lead));
  const ByteView behind = content.subspan(at + length);
  match.after = hex(behind.first(std::min(behind.size(), kMatchContextBytes)));
}

std::string_view name_of(IssueKind kind) { return kIssueNames.at(static_cast<std::size_t>(kind)); }

bool hides_content(const Issue& issue) {
  if (issue.kind == IssueKind::over_limit)
    return issue.stage == "archive" || issue.stage == kLostStage || issue.stage == kFindingsStage ||
           (issue.stage == "plan" && issue.bytes > 0);
  return issue.kind != IssueKind::matches_truncated;
}

std::optional<IssueKind> issue_kind(std::string_view name) {
  const auto* found = std::find(kIssueNames.begin(), kIssueNames.end(), name);
  if (found == kIssueNames.end()) return std::nullopt;
  return static_cast<IssueKind>(found - kIssueNames.begin());
}

void ByteAccount::skip(const std::string& reason, u64 bytes) {
  if (bytes == 0) return;
  skipped += bytes;
  skipped_by[reason] += bytes;
}

ByteAccount& ByteAccount::operator+=(const ByteAccount& other) {
  planned += other.planned;
  scanned += other.scanned;
  sparse += other.sparse;
  skipped += other.skipped;
  unreadable += other.unreadable;
  for (const auto& [reason, bytes] : other.skipped_by) skipped_by[reason] += bytes;
  return *this;
}

bool ByteAccount::balanced() const {
  const u64 by_reason = std::accumulate(
      skipped_by.begin(), skipped_by.end(), u64{0},
      [](u64 sum, const std::pair<const std::string, u64>& entry) { return sum + entry.second; });
  return scanned + sparse + skipped + unreadable == planned && by_reason == skipped;
}

} // namespace coldsweep
