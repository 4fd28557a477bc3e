// SPDX-License-Identifier: Apache-2.0
// NTFS volumes that no partition table leads to, found by their boot sectors. A boot sector counts
// only if $MFT, or its mirror, is where it says, if only in part, and the first one needs its
// backup at the other end. Any thread.
#pragma once

#include "image/byte_source.h"

#include <optional>
#include <vector>

namespace coldsweep {

struct FoundNtfs {
  u64 offset = 0;  ///< of the volume, in the media
  u64 size = 0;    ///< with the backup boot sector
  u64 seen_at = 0; ///< offset of the boot sector that led to it: the first one or the backup
};

/// A boot sector that isn't enough to lay a volume there.
struct LoneBootSector {
  u64 offset = 0;
  /// It leads to $MFT, but there is no backup where its volume would end. A fragmented file that
  /// holds the disk of a virtual machine looks like that: most of the guest's files are elsewhere.
  bool has_mft = false;
};

struct NtfsSearch {
  std::vector<FoundNtfs> volumes; ///< in media order, without overlap
  std::vector<LoneBootSector> unconfirmed;
};

enum class SearchStep : u8 {
  aligned,     ///< where tools put volumes: at whole MiB, before them, at cylinders, at both ends
  every_sector ///< reads all of the range
};

/// Searches [from, to) for boot sectors. Volumes that would begin before `from` don't count: they
/// are known, or remains of what was there before.
NtfsSearch search_ntfs(const ByteSource& media, u64 from, u64 to, SearchStep step);

/// The volume whose first boot sector, or backup, is at `offset`. Absent if there is no boot
/// sector, or it leads to no $MFT.
std::optional<FoundNtfs> ntfs_by_boot_sector(const ByteSource& media, u64 offset);

} // namespace coldsweep
