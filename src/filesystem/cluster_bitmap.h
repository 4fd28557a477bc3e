// SPDX-License-Identifier: Apache-2.0
// $Bitmap: which clusters of a volume are in use. Layout: Linux-NTFS project, "NTFS Documentation",
// $Bitmap. Immutable once read; any thread.
#pragma once

#include "filesystem/ntfs_geometry.h"
#include "image/byte_source.h"
#include "model/stream.h"

#include <string>
#include <vector>

namespace coldsweep {

struct ClusterRun {
  u64 first = 0, count = 0;
  bool operator==(const ClusterRun&) const = default;
};

class ClusterBitmap {
public:
  ClusterBitmap() = default;
  /// For a volume whose $Bitmap was not found: every cluster counts as free.
  explicit ClusterBitmap(const NtfsGeometry& geometry);
  /// From the extents of $Bitmap. A bit that can't be read counts as a free cluster, so that the
  /// cluster is scanned rather than skipped.
  static ClusterBitmap read(const ByteSource& volume, const NtfsGeometry& geometry,
                            std::span<const Extent> extents, u64 size);

  /// Why some of it is unknown; empty if all of it is known.
  const std::string& problem() const { return problem_; }
  bool in_use(u64 cluster) const;
  /// The free clusters that the evidence holds, in disk order, with adjacent ones merged.
  std::vector<ClusterRun> free_runs() const { return runs(false); }
  /// The clusters marked as in use.
  std::vector<ClusterRun> used_runs() const { return runs(true); }

private:
  std::vector<ClusterRun> runs(bool used) const;
  u64 clusters_ = 0;
  std::string problem_;
  std::vector<std::byte> bits_;
};

} // namespace coldsweep
