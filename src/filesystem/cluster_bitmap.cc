// SPDX-License-Identifier: Apache-2.0
#include "filesystem/cluster_bitmap.h"

#include "filesystem/extents.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// Windows numbers clusters with 32 bits, so its $Bitmap takes at most 512 MiB ("NTFS overview",
/// Microsoft). The size of a volume is a claim, and a table gets it.
constexpr u64 kMostNumberedClusters = u64{1} << 32;

} // namespace

ClusterBitmap::ClusterBitmap(const NtfsGeometry& geometry)
    : clusters_(
          std::min({geometry.cluster_count, geometry.present_clusters, kMostNumberedClusters})),
      problem_("$Bitmap was not found") {}

ClusterBitmap ClusterBitmap::read(const ByteSource& volume, const NtfsGeometry& geometry,
                                  std::span<const Extent> extents, u64 size) {
  ClusterBitmap bitmap(geometry);
  bitmap.problem_.clear();
  // One bit for each cluster that is present: never more than the evidence confirms.
  const u64 needed = (bitmap.clusters_ + 7) / 8;
  u64 stored = 0; // zeros follow, which take no memory
  for (const Extent& extent : extents)
    if (extent.kind != Extent::Kind::sparse) stored = extent.stream_offset + extent.length;
  bitmap.bits_.resize(std::min({size, needed, stored}));
  u64 unknown = needed - std::min(size, needed);
  for (const Gap& gap : read_extents(volume, extents, 0, bitmap.bits_)) unknown += gap.length;
  if (unknown > 0)
    bitmap.problem_ = fmt::format("{} of {} bytes of $Bitmap can't be read", unknown, needed);
  return bitmap;
}

bool ClusterBitmap::in_use(u64 cluster) const {
  const u64 byte = cluster / 8;
  return cluster < clusters_ && byte < bits_.size() &&
         (std::to_integer<unsigned>(bits_[byte]) >> (cluster % 8) & 1) != 0;
}

std::vector<ClusterRun> ClusterBitmap::runs(bool used) const {
  constexpr std::byte kAll{0xFF}, kNone{0};
  std::vector<ClusterRun> runs;
  const auto add = [&](u64 first, u64 count) {
    if (runs.empty() || runs.back().first + runs.back().count != first) runs.push_back({first, 0});
    runs.back().count += count;
  };
  for (u64 cluster = 0; cluster < clusters_; ++cluster) {
    if (cluster / 8 >= bits_.size()) { // free, however many they are
      if (!used) add(cluster, clusters_ - cluster);
      break;
    }
    if (cluster % 8 == 0 && bits_[cluster / 8] == (used ? kNone : kAll)) {
      cluster += 7;
      continue;
    }
    if (in_use(cluster) != used) continue;
    add(cluster, 1);
  }
  return runs;
}

} // namespace coldsweep
