// SPDX-License-Identifier: Apache-2.0
#include "manifest/ranking.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace coldsweep {
namespace {

int score_of(const Finding& finding) { return finding.score.value_or(0); }

RankedStream ranked(const std::vector<const Finding*>& findings) {
  const Finding& first = *findings.front();
  RankedStream stream{.score = score_of(first),
                      .path = first.path,
                      .stream_name = first.stream_name,
                      .member = first.member,
                      .stream = first.stream,
                      .allocated = first.allocated,
                      .place = first.place,
                      .created = first.si ? first.si->created : 0,
                      .why = first.why,

                      .causes = {}};
  for (const Finding* finding : findings) {
    const std::string name(title_of(finding->cause));
    if (std::find(stream.causes.begin(), stream.causes.end(), name) == stream.causes.end())
      stream.causes.push_back(name);
  }
  return stream;
}

} // namespace

bool operator<(const RankedStream& a, const RankedStream& b) {
  return std::tie(b.score, a.path, a.stream_name, a.member, a.stream) <
         std::tie(a.score, b.path, b.stream_name, b.member, b.stream);
}

void Ranking::add(const Outcome& outcome) {
  std::map<std::optional<std::string>, std::vector<const Finding*>> by_member;
  for (const Finding& finding : outcome.findings) {
    if (finding.part && finding.part->kind == StreamKind::strings_only) {
      ++strings_only_;
      continue;
    }
    by_member[finding.member].push_back(&finding);
    const auto* band = std::find_if(kScoreBands.begin(), kScoreBands.end(),
                                    [&](int from) { return score_of(finding) >= from; });
    ++bands_.at(static_cast<std::size_t>(band - kScoreBands.begin()));
  }
  for (auto& [member, findings] : by_member) {
    ++streams_;
    std::stable_sort(findings.begin(), findings.end(), [](const Finding* a, const Finding* b) {
      return score_of(*a) > score_of(*b);
    });
    highest_.insert(ranked(findings));
    if (highest_.size() > kShown) highest_.erase(std::prev(highest_.end()));
  }
}

} // namespace coldsweep
