// SPDX-License-Identifier: Apache-2.0
// Whether a disk or a volume begins with the given bytes. Any thread.
#pragma once

#include "base/types.h"

#include <optional>

namespace coldsweep {

/// How many bytes of a disk these functions look at, if there are as many.
constexpr std::size_t kDiskStart = 1024;

/// Whether a boot sector or an MBR is there, or a GPT that counts sectors of 512 bytes.
bool begins_like_disk(ByteView start);

/// How many bytes of the media are taken by what begins there: an NTFS volume, or the partitions of
/// a GPT or an MBR that count sectors of 512 bytes. Absent if none of these is there.
std::optional<u64> disk_size_at(ByteView start);

} // namespace coldsweep
