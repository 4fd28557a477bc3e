// SPDX-License-Identifier: Apache-2.0
// Names that outlived their MFT record's: in deleted entries of folder indexes, and in the change journal. Pure functions
// over hostile bytes.
#pragma once

#include "filesystem/path_index.h"

#include <vector>

namespace coldsweep {

struct LostName {
  FileReference file;
  FileName name;
};

/// Index entries of $I30 by their structure alone, at every multiple of 8 from `phase`. Layout: Linux-NTFS project, "NTFS
/// Documentation", index entry.
std::vector<LostName> names_in_index_slack(ByteView slack, u64 phase = 0);

/// Records of $UsnJrnl:$J. Layout: Microsoft, USN_RECORD_V2.
std::vector<LostName> names_in_change_journal(ByteView journal);

} // namespace coldsweep
