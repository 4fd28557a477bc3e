// SPDX-License-Identifier: Apache-2.0
// What every finding says of the stream it is in, whatever its cause. Pure functions, any thread.
#pragma once

#include "filesystem/ntfs_plan.h"
#include "image/byte_source.h"
#include "model/outcome.h"

#include <vector>

namespace coldsweep {

/// Identity, names, times and owner. Extents, hashes and the command to locate it are left to the caller.
Finding finding_frame(const StreamRef& stream, const StreamDescription& described);

/// Where the stored bytes of a stream stand in the media; of compressed ones in the offsets of what they decompress to.
std::vector<MediaExtent> media_extents(const ByteSource& source, const StreamRef& stream);

} // namespace coldsweep
