// SPDX-License-Identifier: Apache-2.0
// Our own reading of MBR and GPT, in addition to libtsk's. libtsk ignores checksums and silently
// drops a broken chain of extended partitions. Any thread.
#pragma once

#include "image/byte_source.h"
#include "volume/table_entry.h"

#include <string>
#include <vector>

namespace coldsweep {

struct PartitionTable {
  std::string kind = "none"; ///< `gpt`, `mbr`, `none`
  u64 unit = 512;            ///< how many bytes its numbers count
  std::vector<TableEntry> entries;
  std::vector<std::string> problems;
};

/// The table's numbers count sectors, whose size no table states. Of 512, 1,024, 2,048 and 4,096
/// bytes, that is chosen for which most entries lead to a file system.
PartitionTable read_partition_table(const ByteSource& media);

} // namespace coldsweep
