// SPDX-License-Identifier: Apache-2.0
// Narrows a failed library read down to the first unreadable sector.
#pragma once

#include "base/types.h"

#include <algorithm>

namespace coldsweep {

/// `read_whole(offset, bytes)` returns whether all bytes could be read, and has just failed for the
/// whole of `into`. Returns how many bytes from `offset` can be read, to the sector, and leaves
/// them in `into`. Costs one more read if the first sector can't be read, else about log2(sectors).
template <typename ReadWhole>
u64 readable_prefix(u64 offset, MutableBytes into, const ReadWhole& read_whole) {
  constexpr u64 sector = 512;
  if (into.size() <= sector || !read_whole(offset, into.first(sector))) return 0;
  u64 good = sector, bad = into.size(); // [0, good) was read; [0, bad) can't be
  while (bad - good > sector) {
    const u64 half = std::max<u64>((bad - good) / 2 / sector * sector, sector);
    if (read_whole(offset + good, into.subspan(good, half)))
      good += half;
    else
      bad = good + half;
  }
  return good;
}

} // namespace coldsweep
