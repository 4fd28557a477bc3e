// SPDX-License-Identifier: Apache-2.0
// Our own reading of MBR (with its extended chain) and GPT (primary, then backup, checksums
// compared). It stands beside libtsk's, which checks no checksum and drops a broken chain without a
// word. Any thread.
#pragma once

#include "image/byte_source.h"

#include <string>
#include <vector>

namespace coldsweep {

struct TableEntry {
  u64 offset = 0, size = 0; ///< bytes, as the table claims
  std::string description;
  std::string
      purpose; ///< what the type alone tells: `microsoft-reserved`, `lvm`, `ldm`, ...; mostly empty
};

struct PartitionTable {
  std::string kind = "none"; ///< `gpt`, `mbr`, `none`
  std::vector<TableEntry> entries;
  std::vector<std::string> problems;
};

PartitionTable read_partition_table(const ByteSource& media);

} // namespace coldsweep
