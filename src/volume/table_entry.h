// SPDX-License-Identifier: Apache-2.0
// An entry of a partition table, and how tables are read.
#pragma once

#include "image/byte_source.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct TableEntry {
  u64 offset = 0;
  u64 size = 0; ///< bytes, as the table claims; 0 if it doesn't say
  std::string description;
  /// What the type says it is for: `microsoft-reserved`, `lvm`, `ldm`, ...; mostly empty.
  std::string purpose;
};

/// Whether a file system begins where the entry says. If its boot sector is lost, a backup in the
/// entry's last sector tells.
bool leads_to_file_system(const ByteSource& media, const TableEntry& entry);

/// Bytes of a table. Absent if the media doesn't hold all of them, or they can't be read.
std::optional<std::vector<std::byte>> table_bytes(const ByteSource& media, u64 offset, u64 length);

} // namespace coldsweep
