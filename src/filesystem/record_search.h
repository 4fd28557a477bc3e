// SPDX-License-Identifier: Apache-2.0
// MFT records that $MFT doesn't lead to any more: found by their signature wherever they stand. For volumes whose $MFT is
// damaged; reads the whole volume. Any thread.
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
  std::optional<u64> number; ///< as the record says; NTFS before 3.1 doesn't
};

/// In the order of the volume; `known` (of $MFT) is passed over. A record counts when its header is plausible in all
/// fields and each of its sectors ends as its update sequence says. At most as many as `most`.
std::vector<FoundRecord> search_records(const ByteSource& volume, const NtfsGeometry& geometry,
                                        std::span<const Extent> known, u64 most);

} // namespace coldsweep
