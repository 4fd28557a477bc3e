// SPDX-License-Identifier: Apache-2.0
// The MBR as DOS and Windows use it, with its chain of extended partitions. Any thread.
#pragma once

#include "image/byte_source.h"
#include "volume/table_entry.h"

namespace coldsweep {

struct MbrReading {
  bool found = false;      ///< sector 0 holds a partition table with an entry in use
  bool protective = false; ///< it announces a GPT
  std::vector<TableEntry> entries;
  std::vector<std::string> problems;
};

/// `unit`: how many bytes the table's numbers count. The table itself is in the first 512 bytes.
MbrReading read_mbr(const ByteSource& media, u64 unit);

} // namespace coldsweep
