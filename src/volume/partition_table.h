// SPDX-License-Identifier: Apache-2.0
// Our own reading of MBR (with its chain of extended partitions) and GPT (primary, then backup,
// with checksums), in addition to libtsk's. libtsk ignores checksums and silently drops a broken
// chain. Any thread.
#pragma once

#include "image/byte_source.h"

#include <string>
#include <vector>

namespace coldsweep {

struct TableEntry {
  u64 offset = 0, size = 0; ///< bytes, as the table claims
  std::string description;
  /// What the type says it is for: `microsoft-reserved`, `lvm`, `ldm`, ...; mostly empty.
  std::string purpose;
};

struct PartitionTable {
  std::string kind = "none"; ///< `gpt`, `mbr`, `none`
  std::vector<TableEntry> entries;
  std::vector<std::string> problems;
};

PartitionTable read_partition_table(const ByteSource& media);

} // namespace coldsweep
