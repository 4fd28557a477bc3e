// SPDX-License-Identifier: Apache-2.0
// MFT records found by their signature -> those that are this volume's. The disk of a virtual
// machine that lies in a file has MFT records as well, and so may remains of an earlier volume.
#pragma once

#include "filesystem/record_search.h"

#include <map>
#include <span>
#include <vector>

namespace coldsweep {

/// What is known of $MFT without the records found.
struct KnownMft {
  std::span<const Extent> extents; ///< stream offsets are those in $MFT
  u64 record_count = 0;            ///< of the table that these extents describe
};

struct RecordAttribution {
  std::map<u64, u64> records; ///< number -> offset in the volume
  u64 unattributed = 0;       ///< neither these nor the content of a file
};

/// Consecutive records of one data run of $MFT have the same distance between place and number, so
/// they form a group. A group is this volume's
/// - if $MFT begins where the boot sector says it does, or where the group's own record 0 says;
/// - or if it continues a run that is known, and its names are in folders that are known.
/// Records in clusters of files in use are those files' content. Throws nothing for damage.
RecordAttribution attribute_records(const ByteSource& volume, const NtfsGeometry& geometry,
                                    const std::vector<FoundRecord>& found, const KnownMft& known);

} // namespace coldsweep
