// SPDX-License-Identifier: Apache-2.0
// What a finding states about its stream, whatever its cause. Pure functions, any thread.
#pragma once

#include "filesystem/ntfs_plan.h"
#include "image/byte_source.h"
#include "model/outcome.h"

#include <vector>

namespace coldsweep {

/// Identity, names, times and owner. Extents, hashes and the locate command are left to the caller.
Finding finding_frame(const StreamRef& stream, const StreamDescription& described);

/// Where the stored bytes of a stream are in the media. For a compressed stream, offsets are those
/// of the decompressed content.
std::vector<MediaExtent> media_extents(const ByteSource& source, const StreamRef& stream);

} // namespace coldsweep
