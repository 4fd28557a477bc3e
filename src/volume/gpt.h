// SPDX-License-Identifier: Apache-2.0
// The GUID Partition Table: UEFI Specification 2.10, chapter 5. Any thread.
#pragma once

#include "image/byte_source.h"
#include "volume/table_entry.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct GptReading {
  bool found = false; ///< there is a GPT, whole or in part
  std::vector<TableEntry> entries;
  std::vector<std::string> problems;
};

/// The sizes of a sector that a table may count in, the usual first.
inline constexpr std::array<u64, 4> kSectorSizes{512, 4096, 1024, 2048};

/// How to look for one.
struct GptPlace {
  u64 sector = 512;            ///< the primary header is in the sector after the first
  u64 unit = 512;              ///< how many bytes the entries count, mostly the same
  bool backup_alone = true;    ///< whether a backup without a primary counts
  std::optional<u64> backup{}; ///< where the backup's header is, if it isn't in its usual places
};

/// Reads the primary table, else the backup: where the primary says, in the last sector, or before
/// padding at the end of the media. Damage to one copy is a problem even if the other is intact:
/// they may differ for a reason.
GptReading read_gpt(const ByteSource& media, const GptPlace& place);

/// Entries in their usual place, although both headers are lost. They count if all lie within the
/// media without overlap, and at least one leads to a file system.
GptReading read_gpt_entries_alone(const ByteSource& media, const GptPlace& place);

/// The last header in the media before padding of at most 64 MiB, with the size of a sector that
/// its own place confirms.
std::optional<GptPlace> find_gpt_backup(const ByteSource& media);

} // namespace coldsweep
