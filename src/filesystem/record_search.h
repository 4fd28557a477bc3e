// SPDX-License-Identifier: Apache-2.0
// MFT records that $MFT no longer leads to, found by their signature anywhere on the volume. For
// volumes with a damaged $MFT; reads the whole volume. Any thread.
#pragma once

#include "filesystem/ntfs_geometry.h"
#include "image/byte_source.h"
#include "model/stream.h"

#include <optional>
#include <span>
#include <vector>

namespace coldsweep {

struct FoundRecord {
  u64 offset = 0;            ///< in the volume
  std::optional<u64> number; ///< as the record states it; before NTFS 3.1 records don't
};

/// In volume order, skipping `known` (the extents of $MFT). A record counts if all fields of its
/// header are plausible and each of its sectors ends as its update sequence says. Returns at most
/// `most` records.
std::vector<FoundRecord> search_records(const ByteSource& volume, const NtfsGeometry& geometry,
                                        std::span<const Extent> known, u64 most);

} // namespace coldsweep
