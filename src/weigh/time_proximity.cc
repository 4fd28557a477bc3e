// SPDX-License-Identifier: Apache-2.0
#include "weigh/time_proximity.h"

#include "weigh/weigh.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kTicksPerMinute = 600'000'000;
/// With more high-scoring findings than this, being close to one means nothing. It also bounds
/// memory.
constexpr std::size_t kMostAnchors = 65536;
constexpr std::size_t kLongestPath = 300;

std::array<u64, 2> creations(const Finding& finding) {
  return {finding.si ? finding.si->created : 0, finding.fn ? finding.fn->created : 0};
}

} // namespace

TimeProximity TimeProximity::of(const Journal& journal, const PlaceTable& table,
                                const StopFlag* stop) {
  TimeProximity proximity(table);
  if (table.reasons.near == 0 || table.near.minutes == 0) return proximity;
  journal.for_each_reported_outcome([&](const Outcome& outcome) {
    if (stop != nullptr) stop->check();
    proximity.note(outcome);
  });
  // Count a file once, however many of its streams have findings.
  const auto same = [](const Anchor& a, const Anchor& b) { return !(a < b) && !(b < a); };
  for (std::vector<Anchor>& anchors : proximity.anchors_) {
    if (anchors.size() > kMostAnchors) anchors.clear();
    std::sort(anchors.begin(), anchors.end());
    anchors.erase(std::unique(anchors.begin(), anchors.end(), same), anchors.end());
  }
  return proximity;
}

void TimeProximity::note(const Outcome& outcome) {
  const auto heavy =
      std::find_if(outcome.findings.begin(), outcome.findings.end(),
                   [&](const Finding& f) { return f.score.value_or(0) >= table_->near.beside; });
  if (heavy == outcome.findings.end()) return;
  const std::array<u64, 2> times = creations(*heavy);
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times.at(i) == 0 || anchors_.at(i).size() > kMostAnchors) continue;
    anchors_.at(i).push_back({times.at(i), outcome.stream.volume, outcome.stream.record,
                              heavy->path.size() > kLongestPath
                                  ? fmt::format("MFT record {}", outcome.stream.record)
                                  : heavy->path});
  }
}

TimeProximity::Beside TimeProximity::nearest(const std::vector<Anchor>& anchors,
                                             const Finding& finding, u64 created) const {
  const u64 span = table_->near.minutes * kTicksPerMinute;
  const u64 from = created > span ? created - span : 0;
  auto at = std::lower_bound(anchors.begin(), anchors.end(), from,
                             [](const Anchor& a, u64 wanted) { return a.created < wanted; });
  Beside best;
  std::set<std::pair<u32, u64>> files;
  for (; at != anchors.end() && (at->created <= created || at->created - created <= span); ++at) {
    if (at->volume == finding.stream.volume && at->record == finding.stream.record) continue;
    files.emplace(at->volume, at->record);
    if (files.size() > table_->near.most) return {}; // unpacked or restored together
    const u64 distance = at->created > created ? at->created - created : created - at->created;
    if (best.anchor == nullptr || distance < best.distance) best = {distance, &*at};
  }
  return best;
}

void TimeProximity::add(Finding& finding) const {
  if (!finding.score || *finding.score < table_->near.from) return;
  const std::array<u64, 2> times = creations(finding);
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times.at(i) == 0) continue;
    const Beside beside = nearest(anchors_.at(i), finding, times.at(i));
    if (beside.anchor == nullptr) continue;
    finding.why.push_back({fmt::format("created within {} minutes of {}{}", table_->near.minutes,
                                       beside.anchor->path, i == 0 ? "" : ", by $FILE_NAME"),
                           table_->reasons.near});
    return settle_score(finding);
  }
}

} // namespace coldsweep
