// SPDX-License-Identifier: Apache-2.0
// What ranges of the media leave over. A pure function.
#pragma once

#include "base/types.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace coldsweep {

using Ranges = std::vector<std::pair<u64, u64>>; ///< from, to (not included), in bytes

/// The parts of [0, end) that are in none of `taken`, in order.
inline Ranges gaps_between(Ranges taken, u64 end) {
  taken.emplace_back(end, end);
  std::sort(taken.begin(), taken.end());
  Ranges gaps;
  u64 at = 0;
  for (const auto& [from, to] : taken) {
    if (std::min(from, end) > at) gaps.emplace_back(at, std::min(from, end));
    at = std::max(at, to);
  }
  return gaps;
}

} // namespace coldsweep
