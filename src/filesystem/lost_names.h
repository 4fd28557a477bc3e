// SPDX-License-Identifier: Apache-2.0
// Names that outlived their MFT record's: in deleted entries of folder indexes, in the change journal, and in the journal of
// the file system's own changes. Pure functions over hostile bytes.
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

/// Index entries that $LogFile says were added or taken out: whole ones in its record pages, of which the update sequence is
/// undone in place. One that goes over the end of a page is passed over. Layout of pages: Linux-NTFS project, "NTFS
/// Documentation", $LogFile.
std::vector<LostName> names_in_log_file(MutableBytes log);

/// Records of $UsnJrnl:$J. Layout: Microsoft, USN_RECORD_V2.
std::vector<LostName> names_in_change_journal(ByteView journal);

} // namespace coldsweep
