// SPDX-License-Identifier: Apache-2.0
// Owners: security descriptors, and $Secure:$SDS, which holds them by id. Layouts: MS-DTYP 2.4.6
// (SECURITY_DESCRIPTOR) and 2.4.2 (SID); Linux-NTFS project, "NTFS Documentation", $Secure.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace coldsweep {

/// `S-1-5-18` and the like, from a self-relative security descriptor.
std::optional<std::string> owner_of_descriptor(ByteView descriptor);

/// Security id -> owner, from the bytes of $SDS. Implausible entries are skipped.
void collect_owners(ByteView sds, std::unordered_map<u32, std::string>& owners);

} // namespace coldsweep
