// SPDX-License-Identifier: Apache-2.0
// $Bitmap: which clusters of a volume are in use. Layout: Linux-NTFS project, "NTFS Documentation", $Bitmap. Immutable once
// read; any thread.
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
  /// Of a volume whose $Bitmap is not there: every cluster counts as free, and none as known.
  explicit ClusterBitmap(const NtfsGeometry& geometry);
  /// From the extents of $Bitmap. Bits that can't be read are those of free clusters: these are looked at rather than
  /// passed over.
  static ClusterBitmap read(const ByteSource& volume, const NtfsGeometry& geometry,
                            std::span<const Extent> extents, u64 size);

  /// Why some of it is not known; empty when all is.
  const std::string& problem() const { return problem_; }
  bool in_use(u64 cluster) const;
  /// Of the clusters that the evidence holds, those in no use, in the order of the disk; adjacent ones together.
  std::vector<ClusterRun> free_runs() const { return runs(false); }
  /// Those in use, as far as it is known.
  std::vector<ClusterRun> used_runs() const { return runs(true); }

private:
  std::vector<ClusterRun> runs(bool used) const;
  u64 clusters_ = 0;
  std::string problem_;
  std::vector<std::byte> bits_;
};

} // namespace coldsweep
