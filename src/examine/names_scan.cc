// SPDX-License-Identifier: Apache-2.0
#include "examine/names_scan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

// Raw space is scanned in pieces of this size: strings of one rule that are further apart rarely
// belong together.
constexpr u64 kRawPiece = 512_KiB;
constexpr u64 kRawPieceOverlap = 64_KiB;

std::optional<ScanFailure> failure_of(const ScanResult& result, bool first,
                                      const Deadline& deadline) {
  if (!result.timed_out && !result.error) return std::nullopt;
  const std::string what = result.timed_out ? time_is_over(deadline) : *result.error;
  return ScanFailure{result.timed_out, first,
                     first ? what : fmt::format("under a further name: {}", what)};
}

/// Once, under whatever name and in whatever piece.
void add_failed_rules(const ScanResult& result, NamesScan& scan) {
  for (const FailedRules& failed : result.failed) {
    ScanFailure failure{failed.timed_out, false, "not evaluated: " + failed.what};
    const auto same = [&](const ScanFailure& f) { return f.message == failure.message; };
    if (std::none_of(scan.failures.begin(), scan.failures.end(), same))
      scan.failures.push_back(std::move(failure));
  }
}

std::vector<Finding> findings_of(ScanResult&& result) {
  std::vector<Finding> findings;
  const auto add = [&](std::vector<RuleMatch>& matches, std::optional<Part> part) {
    for (RuleMatch& match : matches) {
      Finding& finding = findings.emplace_back();
      finding.cause = *match.rule;
      finding.matches = std::move(match.matches);
      finding.part = part;
    }
  };
  add(result.matches, std::nullopt);
  add(result.unjudged, Part{StreamKind::strings_only, 0});
  return findings;
}

} // namespace

std::string time_is_over(const Deadline& deadline) {
  return fmt::format("no result within {} seconds",
                     deadline.limit().value_or(std::chrono::seconds(0)).count());
}

NamesScan scan_under_names(const TimedScanner& timed, ByteView content, std::span<Externals> names,
                           const std::string& type) {
  NamesScan scan;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i].filetype = type;
    ScanResult result = i == 0
                            ? timed.scanner.scan(content, names[i], timed.deadline)
                            : timed.scanner.scan_path_dependent(content, names[i], timed.deadline);
    if (std::optional<ScanFailure> failure = failure_of(result, i == 0, timed.deadline)) {
      if (result.timed_out && i + 1 < names.size())
        failure->message += fmt::format("; {} names were not tried", names.size() - i - 1);
      // `failed()` looks at the first.
      scan.failures.insert(failure->of_all ? scan.failures.begin() : scan.failures.end(),
                           std::move(*failure));
      if (scan.failed() || result.timed_out) break;
      continue;
    }
    scan.truncated.insert(scan.truncated.end(), result.truncated.begin(), result.truncated.end());
    add_failed_rules(result, scan);
    merge_findings(scan.findings, findings_of(std::move(result)));
  }
  return scan;
}

NamesScan scan_raw_space(const TimedScanner& timed, ByteView content, Externals& name,
                         const std::string& type) {
  NamesScan scan;
  name.filetype = type;
  for (u64 at = 0; at == 0 || at < content.size(); at += kRawPiece) {
    const u64 own = std::min<u64>(kRawPiece, content.size() - at);
    const bool last = at + own == content.size();
    const ByteView piece =
        content.subspan(at, std::min<u64>(own + kRawPieceOverlap, content.size() - at));
    ScanResult result = timed.scanner.scan_raw(piece, name, timed.deadline);
    if (std::optional<ScanFailure> failure = failure_of(result, true, timed.deadline)) {
      scan.failures.insert(scan.failures.begin(), std::move(*failure));
      return scan;
    }
    scan.truncated.insert(scan.truncated.end(), result.truncated.begin(), result.truncated.end());
    add_failed_rules(result, scan);
    std::vector<Finding> found = findings_of(std::move(result));
    for (Finding& finding : found) {
      if (!last) // a match that begins in the next piece is found there
        std::erase_if(finding.matches, [&](const Match& match) { return match.offset >= own; });
      for (Match& match : finding.matches) match.offset += at;
    }
    std::erase_if(found, [](const Finding& finding) { return finding.matches.empty(); });
    merge_findings(scan.findings, std::move(found));
  }
  return scan;
}

void merge_findings(std::vector<Finding>& into, std::vector<Finding>&& more) {
  const std::size_t known = into.size();
  for (Finding& finding : more) {
    const auto end = into.begin() + static_cast<std::ptrdiff_t>(known);
    const auto same = std::find_if(into.begin(), end, [&](const Finding& f) {
      return std::holds_alternative<RuleRef>(f.cause) && f.cause == finding.cause &&
             f.part == finding.part && f.member == finding.member;
    });
    if (same == end) {
      into.push_back(std::move(finding));
      continue;
    }
    for (Match& match : finding.matches)
      if (std::find(same->matches.begin(), same->matches.end(), match) == same->matches.end())
        same->matches.push_back(std::move(match));
  }
}

} // namespace coldsweep
