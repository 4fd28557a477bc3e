// SPDX-License-Identifier: Apache-2.0
#include "content/covered.h"

#include <algorithm>

namespace coldsweep {

void Covered::add(u64 begin, u64 end) {
  end = std::min(end, size_);
  if (begin >= end) return;
  if (!ranges_.empty() && merged_ && ranges_.back().end == begin) {
    ranges_.back().end = end;
    return;
  }
  merged_ = merged_ && (ranges_.empty() || ranges_.back().end < begin);
  ranges_.push_back({begin, end});
}

bool Covered::has(u64 at) {
  merge();
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), at,
                       [](u64 a, const ByteRange& range) { return a < range.begin; });
  return after != ranges_.begin() && at < std::prev(after)->end;
}

std::vector<ByteRange> Covered::gaps() {
  merge();
  std::vector<ByteRange> gaps;
  u64 at = 0;
  for (const ByteRange& range : ranges_) {
    if (at < range.begin) gaps.push_back({at, range.begin});
    at = range.end;
  }
  if (at < size_) gaps.push_back({at, size_});
  return gaps;
}

void Covered::merge() {
  if (merged_) return;
  std::sort(ranges_.begin(), ranges_.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
  std::vector<ByteRange> merged;
  for (const ByteRange& range : ranges_)
    if (!merged.empty() && range.begin <= merged.back().end)
      merged.back().end = std::max(merged.back().end, range.end);
    else
      merged.push_back(range);
  ranges_ = std::move(merged);
  merged_ = true;
}

} // namespace coldsweep
