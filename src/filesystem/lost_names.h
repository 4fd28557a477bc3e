// SPDX-License-Identifier: Apache-2.0
// Names of files whose MFT record no longer has one: from deleted index entries, from the change
// journal, and from $LogFile. Pure functions over hostile bytes.
#pragma once

#include "filesystem/path_index.h"

#include <vector>

namespace coldsweep {

struct LostName {
  FileReference file;
  FileName name;
};

/// Finds index entries of $I30 by their structure alone. They are aligned to 8 bytes in their
/// block, in which the slack begins at `phase`. Layout: Linux-NTFS project, "NTFS Documentation",
/// index entry.
std::vector<LostName> names_in_index_slack(ByteView slack, u64 phase = 0);

/// Index entries that $LogFile records as added or removed. Only entries that lie within one record
/// page are found. Undoes the update sequence of the pages in place. Layout of pages: Linux-NTFS
/// project, "NTFS Documentation", $LogFile.
std::vector<LostName> names_in_log_file(MutableBytes log);

/// Records of $UsnJrnl:$J. Layout: Microsoft, USN_RECORD_V2.
std::vector<LostName> names_in_change_journal(ByteView journal);

} // namespace coldsweep
