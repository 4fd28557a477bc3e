// SPDX-License-Identifier: Apache-2.0
// Finds names elsewhere on the volume for records that have lost theirs. Used by one thread.
#pragma once

#include "filesystem/extents.h"
#include "filesystem/lost_names.h"

#include <vector>

namespace coldsweep {

/// Where to look.
struct LostNamePlaces {
  std::vector<Extent> change_journal{}; ///< $UsnJrnl:$J
  std::vector<Extent> log_file{};       ///< $LogFile
  std::vector<LostName> index_slack{};
};

/// The latest name in the change journal counts first, then the latest in $LogFile, then index
/// slack. Unreadable ranges, and what lies past the first 256 MiB of each journal, give no names.
void find_lost_names(const ByteSource& volume, LostNamePlaces places, PathIndex& paths);

} // namespace coldsweep
