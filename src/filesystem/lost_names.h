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

/// The names in a piece of a journal.
struct JournalNames {
  std::vector<LostName> names;
  u64 next = 0; ///< in the piece: where to go on, with the next piece
};

/// Of a page of $LogFile, and of a record of the change journal.
constexpr u64 kMostLogPage = 64 << 10, kMostUsnRecord = 4096;

/// Index entries that $LogFile records as added or removed, in the pages that begin before `until`.
/// Only entries that lie within one record page are found. Undoes the update sequence of the pages
/// in place. Layout of pages: Linux-NTFS project, "NTFS Documentation", $LogFile.
JournalNames names_in_log_file(MutableBytes log, u64 until = ~u64{0});

/// Records of $UsnJrnl:$J that begin before `until`. Layout: Microsoft, USN_RECORD_V2.
JournalNames names_in_change_journal(ByteView journal, u64 until = ~u64{0});

} // namespace coldsweep
