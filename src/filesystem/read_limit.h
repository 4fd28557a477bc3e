// SPDX-License-Identifier: Apache-2.0
// Which streams of a plan are left out because reading them all would take too long. A volume holds
// each cluster once, but any number of MFT records can claim the same clusters, and a hole of
// 16 MiB takes no cluster at all. Pure functions.
#pragma once

#include "base/large_pages.h"
#include "model/stream.h"

#include <vector>

namespace coldsweep {

/// The numbers of the streams to leave out, ascending. The bytes that streams own are read in any
/// case, and other bytes up to three times the volume: four times the volume in all. Bytes that
/// aren't stored, but are scanned with a stream, are bounded at 64 times the volume. Streams in use
/// come before deleted ones, and otherwise a lower number comes first.
std::vector<u32> past_read_limit(const LargeVector<StreamRef>& streams, u64 volume_bytes);

} // namespace coldsweep
