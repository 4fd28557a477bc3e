// SPDX-License-Identifier: Apache-2.0
// Clusters in no use -> streams that are scanned like others: in the order of the disk, cut where a piece is large enough,
// with a piece of what follows so that a match across a cut isn't lost. Pure functions.
#pragma once

#include "filesystem/cluster_bitmap.h"

#include <vector>

namespace coldsweep {

/// A stream of kind `unallocated` without its identity.
struct RawChunk {
  u64 first_cluster = 0;
  u64 size = 0;
  u64 shared_tail = 0;         ///< of `size`: the beginning of the next chunk
  std::vector<Extent> extents; ///< cover [0, size)
};

constexpr u64 kRawChunk = 16_MiB;   ///< own bytes of a chunk, at most
constexpr u64 kRawOverlap = 64_KiB; ///< a match that begins in a chunk and is longer may be cut off

std::vector<RawChunk> cut_raw_space(const std::vector<ClusterRun>& runs, u32 cluster_size);

} // namespace coldsweep
