// SPDX-License-Identifier: Apache-2.0
#include "filesystem/place_order.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace coldsweep {
namespace {

struct Place {
  u64 offset;        // on the volume
  std::size_t index; // of the stream
  auto operator<=>(const Place&) const = default;
};

u64 first_stored(const StreamRef& stream) {
  for (const Extent& extent : stream.extents)
    if (extent.kind == Extent::Kind::stored) return extent.source_offset;
  return std::numeric_limits<u64>::max();
}

} // namespace

void sort_by_place(LargeVector<StreamRef>& streams) {
  LargeVector<Place> order;
  order.reserve(streams.size());
  for (std::size_t i = 0; i < streams.size(); ++i) order.push_back({first_stored(streams[i]), i});
  std::sort(order.begin(), order.end());
  // Permutes in place, cycle by cycle: a copy would be as large as the plan.
  for (std::size_t first = 0; first < order.size(); ++first) {
    if (order[first].index == first) continue;
    const StreamRef moved = streams[first];
    std::size_t to = first;
    while (order[to].index != first) {
      const std::size_t from = std::exchange(order[to].index, to);
      streams[to] = streams[from];
      to = from;
    }
    streams[to] = moved;
    order[to].index = to;
  }
}

} // namespace coldsweep
