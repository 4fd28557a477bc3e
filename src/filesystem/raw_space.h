// SPDX-License-Identifier: Apache-2.0
// Unallocated clusters -> streams that are scanned like others, in disk order. They are cut at a
// fixed size. Each ends with the beginning of the next, so that a match across a cut isn't lost.
// Pure functions.
#pragma once

#include "filesystem/cluster_bitmap.h"
#include "image/byte_source.h"

#include <vector>

namespace coldsweep {

/// A stream of kind `unallocated` without its identity.
struct RawChunk {
  u64 first_cluster = 0;
  u64 size = 0;
  u64 shared_tail = 0;         ///< bytes at the end that the next one begins with
  std::vector<Extent> extents; ///< cover [0, size)
};

constexpr u64 kRawChunk = 16_MiB;   ///< of a chunk, at most, without its shared tail
constexpr u64 kRawOverlap = 64_KiB; ///< a longer match across a cut may be cut off

/// Those of the clusters that are not wholly in a range that the container doesn't store.
std::vector<ClusterRun> stored_runs(const std::vector<ClusterRun>& runs, u32 cluster_size,
                                    std::span<const Unstored> unstored);

std::vector<RawChunk> cut_raw_space(const std::vector<ClusterRun>& runs, u32 cluster_size);

} // namespace coldsweep
