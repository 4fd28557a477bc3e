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

/// The volume size that an NTFS boot sector states, without the backup boot sector.
std::optional<u64> ntfs_size(ByteView boot_sector);

} // namespace coldsweep
