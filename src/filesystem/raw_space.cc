// SPDX-License-Identifier: Apache-2.0
#include "filesystem/raw_space.h"

#include <algorithm>

namespace coldsweep {
namespace {

/// A place in a list of runs.
struct Place {
  std::size_t run = 0;
  u64 within = 0; ///< in clusters
};

/// Appends up to `clusters` clusters from `place` on, and advances it.
u64 append(const std::vector<ClusterRun>& runs, Place& place, u64 clusters, u32 cluster_size,
           RawChunk& chunk) {
  u64 taken = 0;
  while (taken < clusters && place.run < runs.size()) {
    const ClusterRun& run = runs[place.run];
    const u64 count = std::min(run.count - place.within, clusters - taken);
    const u64 offset = (run.first + place.within) * cluster_size;
    Extent* last = chunk.extents.empty() ? nullptr : &chunk.extents.back();
    if (last != nullptr && last->source_offset + last->length == offset)
      last->length += count * cluster_size;
    else
      chunk.extents.push_back({chunk.size, offset, count * cluster_size, Extent::Kind::stored});
    chunk.size += count * cluster_size;
    taken += count;
    place.within += count;
    if (place.within == run.count) place = {place.run + 1, 0};
  }
  return taken;
}

} // namespace

std::vector<ClusterRun> stored_runs(const std::vector<ClusterRun>& runs, u32 cluster_size,
                                    std::span<const Unstored> unstored) {
  if (unstored.empty()) return runs;
  std::vector<ClusterRun> stored;
  for (const ClusterRun& run : runs) {
    u64 at = run.first;
    const u64 end = run.first + run.count;
    auto range = std::partition_point(unstored.begin(), unstored.end(), [&](const Unstored& each) {
      return each.offset + each.length <= at * cluster_size;
    });
    for (; range != unstored.end() && range->offset / cluster_size < end; ++range) {
      const u64 from = (range->offset + cluster_size - 1) / cluster_size;
      const u64 to = std::min(end, (range->offset + range->length) / cluster_size);
      if (from > at) stored.push_back({at, std::min(from, end) - at});
      at = std::max(at, to);
    }
    if (at < end) stored.push_back({at, end - at});
  }
  return stored;
}

std::vector<RawChunk> cut_raw_space(const std::vector<ClusterRun>& runs, u32 cluster_size) {
  const u64 own = std::max<u64>(1, kRawChunk / cluster_size);
  const u64 overlap = std::max<u64>(1, kRawOverlap / cluster_size);
  std::vector<RawChunk> chunks;
  Place place;
  while (place.run < runs.size()) {
    RawChunk& chunk = chunks.emplace_back();
    chunk.first_cluster = runs[place.run].first + place.within;
    append(runs, place, own, cluster_size, chunk);
    Place ahead = place;
    chunk.shared_tail = append(runs, ahead, overlap, cluster_size, chunk) * cluster_size;
  }
  return chunks;
}

} // namespace coldsweep
