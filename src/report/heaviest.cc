// SPDX-License-Identifier: Apache-2.0
#include "report/heaviest.h"

#include <algorithm>

namespace coldsweep::report {

std::vector<FindingRow> heaviest_findings(const SealedCase& sealed, std::size_t most) {
  const auto heavier = [](const FindingRow& a, const FindingRow& b) {
    return std::pair(a.score.value_or(-1), ~a.number) > std::pair(b.score.value_or(-1), ~b.number);
  };
  std::vector<FindingRow> kept; // a heap with the lightest in front
  sealed.for_each_finding([&](const FindingRow& finding) {
    if (kept.size() == most && !heavier(finding, kept.front())) return;
    kept.push_back(finding);
    std::push_heap(kept.begin(), kept.end(), heavier);
    if (kept.size() <= most) return;
    std::pop_heap(kept.begin(), kept.end(), heavier);
    kept.pop_back();
  });
  std::sort_heap(kept.begin(), kept.end(), heavier);
  return kept;
}

} // namespace coldsweep::report
