// SPDX-License-Identifier: Apache-2.0
// Gives records that have no name of their own the one that the volume still tells elsewhere. Used by one thread.
#pragma once

#include "filesystem/extents.h"
#include "filesystem/lost_names.h"

#include <vector>

namespace coldsweep {

/// Where to look; the extents outlive nothing but the call.
struct LostNamePlaces {
  std::vector<Extent> change_journal; ///< $UsnJrnl:$J
  std::vector<Extent> log_file;       ///< $LogFile
  std::vector<LostName> index_slack;
};

/// The change journal's last word counts most, then $LogFile's, then the slack of indexes. Parts that can't be read, and what
/// is past 256 MiB of each, tell nothing.
void find_lost_names(const ByteSource& volume, LostNamePlaces places, PathIndex& paths);

} // namespace coldsweep
