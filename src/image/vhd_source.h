// SPDX-License-Identifier: Apache-2.0
// The media of a VHD, fixed or dynamic. Reads with pread: any thread, no lock.
#pragma once

#include "image/byte_source.h"
#include "image/vhd_layout.h"

namespace coldsweep {

/// Blocks that the file doesn't hold, and those that claim the same place, are unreadable. They
/// become a problem of the layout.
SourcePtr open_vhd_source(EvidenceFile file, VhdLayout& layout);

} // namespace coldsweep
