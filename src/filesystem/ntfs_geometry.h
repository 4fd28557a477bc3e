// SPDX-License-Identifier: Apache-2.0
// The NTFS boot sector -> the sizes that everything else depends on. Layout: Linux-NTFS project,
// "NTFS Documentation", $Boot.
#pragma once

#include "base/types.h"

namespace coldsweep {

struct NtfsGeometry {
  u32 sector_size = 0;
  u32 cluster_size = 0;
  u32 record_size = 0;      ///< of an MFT record
  u64 cluster_count = 0;    ///< clusters that lie wholly within the volume
  u64 present_clusters = 0; ///< how many of these begin before the evidence ends
  u64 mft_offset = 0;       ///< of MFT record 0, in the volume
  u64 mirror_cluster = 0;   ///< of the copy of the first records in $MFTMirr, not checked
  u64 serial = 0;
};

/// Throws FormatError naming the field that is impossible.
NtfsGeometry parse_boot_sector(ByteView sector);

} // namespace coldsweep
