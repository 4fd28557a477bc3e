// SPDX-License-Identifier: Apache-2.0
// Lengths are estimated from above: a byte of a text takes at most six in JSON (`\u001f`), and less
// in CBOR.
#include "manifest/outcome_limits.h"

#include "base/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

// What is added while sealing (the reason for time proximity) has room above this.
constexpr u64 kMostLine = kLongestLine - 1_MiB;
constexpr u64 kMostOutcome = 256_MiB;
constexpr u64 kMostIssues = 32_MiB;
// Of a finding that is cut: together less than kMostLine.
constexpr std::size_t kMostText = 128_KiB;
constexpr u64 kMostList = 4_MiB;
constexpr u64 kMostPlaces = 12_MiB; // of matches, and of extents
constexpr std::size_t kMostMeta = 5000;
constexpr std::size_t kCausesNamed = 20;

constexpr u64 kExtentCost = 100;
constexpr u64 kMatchCost = 200;
constexpr u64 kFindingCost = 2048; // names of fields, numbers, times and hashes
constexpr u64 kIssueCost = 512;

u64 cost(const std::string& text) { return 6 * u64{text.size()} + 8; }
u64 cost(const std::optional<std::string>& text) { return text ? cost(*text) : 4; }
u64 cost(const MediaExtent&) { return kExtentCost; }
u64 cost(const Anomaly& anomaly) { return 40 + cost(anomaly.name) + cost(anomaly.description); }
u64 cost(const Reason& reason) { return 40 + cost(reason.reason); }
u64 cost(const std::pair<std::string, MetaValue>& meta) {
  const std::string* text = std::get_if<std::string>(&meta.second);
  return 32 + cost(meta.first) + (text == nullptr ? 0 : cost(*text));
}
u64 cost(const HashSetHit& hit) { return 64 + cost(hit.name) + cost(hit.entry) + cost(hit.note); }
u64 cost(const Match& match) {
  return kMatchCost + cost(match.id) + match.data.size() + match.before.size() +
         match.after.size() + match.parts.size() * kExtentCost;
}

template <typename T> u64 sum_of(const std::vector<T>& items) {
  u64 sum = 0;
  for (const T& item : items) sum += cost(item);
  return sum;
}

u64 cost(const Cause& cause) {
  if (const RuleRef* rule = std::get_if<RuleRef>(&cause))
    return cost(rule->name) + cost(rule->name_space) + cost(rule->file) + sum_of(rule->tags) +
           sum_of(rule->meta);
  if (const HashSetHit* hit = std::get_if<HashSetHit>(&cause)) return cost(*hit);
  return cost(std::get<Anomaly>(cause));
}

u64 cost(const Finding& f) {
  return kFindingCost + cost(f.path) + sum_of(f.links) + cost(f.stream_name) + cost(f.member) +
         cost(f.owner_sid) + cost(f.short_name) + cost(f.path_source) + sum_of(f.anomalies) +
         sum_of(f.extents) + cost(f.cause) + sum_of(f.matches) + (f.known ? cost(*f.known) : 0) +
         (f.log ? cost(f.log->time) : 0) + cost(f.place) + sum_of(f.why) + cost(f.locate) +
         cost(f.no_locate);
}

u64 cost(const Issue& issue) {
  return kIssueCost + cost(issue.path) + cost(issue.stream_name) + cost(issue.stage) +
         cost(issue.message);
}

/// Whether a rule has so many meta values that no reader takes them.
bool has_too_many_meta(const Finding& finding) {
  const RuleRef* rule = std::get_if<RuleRef>(&finding.cause);
  return rule != nullptr && rule->meta.size() > kMostMeta;
}

bool fits(const Finding& finding) {
  return cost(finding) <= kMostLine && !has_too_many_meta(finding);
}

bool fits(const Issue& issue) { return cost(issue) <= kMostLine; }

/// What was taken out of the findings of a stream, to be said in one issue.
struct LeftOut {
  u64 findings = 0, matches = 0, extents = 0, others = 0, texts = 0;
};

void clip(std::string& text, u64& clipped) {
  constexpr std::string_view kMark = " [cut]";
  if (text.size() <= kMostText) return;
  std::size_t end = kMostText - kMark.size();
  while (end > 0 && (static_cast<u8>(text[end]) & 0xC0U) == 0x80U) --end; // within a character
  text.resize(end);
  text += kMark;
  ++clipped;
}

void clip(std::optional<std::string>& text, u64& clipped) {
  if (text) clip(*text, clipped);
}

/// Keeps the first items that fit in `most`. Returns how many go.
template <typename T> u64 shorten(std::vector<T>& items, u64 most) {
  u64 sum = 0;
  const auto end = std::find_if(items.begin(), items.end(), [&](const T& item) {
    sum += cost(item);
    return sum > most;
  });
  const auto gone = static_cast<u64>(items.end() - end);
  items.erase(end, items.end());
  return gone;
}

void shorten(Cause& cause, LeftOut& out) {
  if (RuleRef* rule = std::get_if<RuleRef>(&cause)) {
    for (std::string* text : {&rule->name, &rule->name_space, &rule->file}) clip(*text, out.texts);
    out.others += shorten(rule->tags, kMostList) + shorten(rule->meta, kMostList);
    if (rule->meta.size() > kMostMeta) {
      out.others += rule->meta.size() - kMostMeta;
      rule->meta.resize(kMostMeta);
    }
  } else if (HashSetHit* hit = std::get_if<HashSetHit>(&cause)) {
    for (std::string* text : {&hit->name, &hit->entry, &hit->note}) clip(*text, out.texts);
  } else {
    Anomaly& anomaly = std::get<Anomaly>(cause);
    clip(anomaly.name, out.texts);
    clip(anomaly.description, out.texts);
  }
}

Finding shortened(Finding finding, LeftOut& out) {
  if (fits(finding)) return finding;
  ++out.findings;
  out.matches += shorten(finding.matches, kMostPlaces);
  const u64 extents = shorten(finding.extents, kMostPlaces);
  finding.extents_left_out += extents;
  out.extents += extents;
  out.others += shorten(finding.links, kMostList) + shorten(finding.anomalies, kMostList) +
                shorten(finding.why, kMostList);
  clip(finding.path, out.texts);
  clip(finding.stream_name, out.texts);
  clip(finding.locate, out.texts);
  clip(finding.no_locate, out.texts);
  for (std::optional<std::string>* text : {&finding.member, &finding.owner_sid, &finding.short_name,
                                           &finding.path_source, &finding.place})
    clip(*text, out.texts);
  if (finding.known)
    for (std::string* text : {&finding.known->name, &finding.known->entry, &finding.known->note})
      clip(*text, out.texts);
  if (finding.log) clip(finding.log->time, out.texts);
  shorten(finding.cause, out);
  return finding;
}

Issue shortened(Issue issue) {
  u64 ignored = 0;
  clip(issue.path, ignored);
  clip(issue.stream_name, ignored);
  clip(issue.message, ignored);
  return issue;
}

using CauseName = std::pair<std::string, std::string>;

CauseName name_of(const Finding& finding) {
  const auto [name_space, name] = order_of(finding.cause);
  return {std::string(name_space), std::string(name)};
}

/// Keeps the first finding of each cause, then as many others as there is room for. Counts those
/// that go by the name of their cause.
std::vector<Finding> kept_findings(std::vector<Finding>&& findings,
                                   std::map<std::string, u64>& dropped) {
  std::vector<bool> kept(findings.size(), false);
  u64 sum = 0;
  const auto keep_if_room = [&](std::size_t i) {
    const u64 more = cost(findings[i]);
    if (sum + more > kMostOutcome) return;
    sum += more;
    kept[i] = true;
  };
  std::set<CauseName> seen;
  for (std::size_t i = 0; i < findings.size(); ++i)
    if (seen.insert(name_of(findings[i])).second) keep_if_room(i);
  for (std::size_t i = 0; i < findings.size(); ++i)
    if (!kept[i]) keep_if_room(i);
  std::vector<Finding> result;
  for (std::size_t i = 0; i < findings.size(); ++i)
    if (kept[i])
      result.push_back(std::move(findings[i]));
    else
      ++dropped[std::string(title_of(findings[i].cause))];
  return result;
}

class Cutting {
public:
  explicit Cutting(const Outcome& outcome) : from_(outcome) {
    result_.stream = outcome.stream;
    result_.bytes = outcome.bytes;
    result_.log = outcome.log;
    result_.member_logs = outcome.member_logs;
    result_.space = outcome.space;
  }

  Outcome run() {
    LeftOut out;
    std::vector<Finding> findings;
    for (const Finding& finding : from_.findings) findings.push_back(shortened(finding, out));
    std::map<std::string, u64> dropped;
    result_.findings = kept_findings(std::move(findings), dropped);
    cut_issues();
    say(out);
    say(dropped);
    return std::move(result_);
  }

private:
  void cut_issues() {
    u64 sum = 0, dropped = 0;
    for (const Issue& issue : from_.issues) {
      Issue kept = cost(issue) <= kMostText ? issue : shortened(issue);
      sum += cost(kept);
      if (sum <= kMostIssues)
        result_.issues.push_back(std::move(kept));
      else
        ++dropped;
    }
    if (dropped > 0)
      add(IssueKind::over_limit, fmt::format("{} further issues of this stream", dropped));
  }

  void say(const LeftOut& out) {
    if (out.findings == 0) return;
    add(IssueKind::matches_truncated,
        fmt::format("{} findings were cut, because a line of the manifest has at most {} bytes: {} "
                    "matches, {} extents and {} entries of other lists left out, {} texts cut",
                    out.findings, kLongestLine, out.matches, out.extents, out.others, out.texts));
  }

  void say(const std::map<std::string, u64>& dropped) {
    if (dropped.empty()) return;
    u64 count = 0;
    std::string names;
    for (const auto& [name, findings] : dropped) count += findings;
    for (auto cause = dropped.begin(); cause != dropped.end(); ++cause) {
      if (std::distance(dropped.begin(), cause) == kCausesNamed) {
        names += fmt::format(" and of {} more", dropped.size() - kCausesNamed);
        break;
      }
      names += fmt::format("{}{} of {}", names.empty() ? "" : ", ", cause->second,
                           as_utf8(cause->first).substr(0, 200));
    }
    add(IssueKind::over_limit,
        fmt::format("{} findings were left out, because those of one stream may take {} bytes: {}",
                    count, kMostOutcome, names));
  }

  void add(IssueKind kind, std::string message) {
    Issue issue{.kind = kind,
                .volume = from_.stream.volume,
                .record = from_.stream.record,
                .path = std::nullopt,
                .stream_name = std::nullopt,
                .stage = std::string(kFindingsStage),
                .message = std::move(message),
                .bytes = 0};
    if (!result_.findings.empty()) {
      issue.path = result_.findings.front().path;
      issue.stream_name = result_.findings.front().stream_name;
    }
    result_.issues.push_back(std::move(issue));
  }

  const Outcome& from_;
  Outcome result_;
};

} // namespace

u64 size_of(const Outcome& outcome) {
  u64 sum = 0;
  for (const Finding& finding : outcome.findings) sum += cost(finding);
  for (const Issue& issue : outcome.issues) sum += cost(issue);
  return sum;
}

std::optional<Outcome> cut_to_fit(const Outcome& outcome) {
  u64 findings = 0, issues = 0;
  bool fit = true;
  for (const Finding& finding : outcome.findings) {
    fit = fit && fits(finding);
    findings += cost(finding);
  }
  for (const Issue& issue : outcome.issues) {
    fit = fit && fits(issue);
    issues += cost(issue);
  }
  if (fit && findings <= kMostOutcome && issues <= kMostIssues) return std::nullopt;
  return Cutting(outcome).run();
}

} // namespace coldsweep
