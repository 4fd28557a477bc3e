// SPDX-License-Identifier: Apache-2.0
// The first bytes of a volume -> what its own signature says it is. Pure functions.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>

namespace coldsweep {

constexpr u64 kSignatureBytes = 8192; ///< how much of the start of a volume the signatures need

/// `bitlocker`, `luks`, `refs`, `exfat`, `fat12/16/32`, `swap`, `lvm`, `ext`; empty if unknown.
std::string signature_of(ByteView start);

/// Whether this is an NTFS boot sector.
bool looks_like_ntfs(ByteView boot_sector);

/// What an NTFS boot sector states, in bytes from the start of its volume.
struct NtfsClaim {
  u64 sector = 0;          ///< bytes of a sector
  u64 size = 0;            ///< of the file system, which the backup boot sector follows
  u64 mft = 0, mirror = 0; ///< where $MFT and $MFTMirr begin
  bool has_oem_id = true;  ///< `NTFS    ` at offset 3

  /// The size with the backup boot sector.
  u64 end() const { return size + sector; }
};

/// Absent if this is not an NTFS boot sector. One without the OEM ID counts if all other fields
/// are those of NTFS, as The Sleuth Kit accepts it.
std::optional<NtfsClaim> ntfs_claim(ByteView boot_sector);

} // namespace coldsweep
