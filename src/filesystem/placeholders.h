// SPDX-License-Identifier: Apache-2.0
// Files whose content is elsewhere: in a cloud, on tape, in the chunk store of a deduplicated
// volume. Their main stream has holes where the content would be, and a reparse point that says who
// fetches it. Tags: MS-FSCC 2.1.2.1.
#pragma once

#include "filesystem/stream_assembly.h"

#include <vector>

namespace coldsweep {

/// If the main stream lacks content that the filter with this reparse tag would fetch, it becomes
/// Encoding::elsewhere. What it stores all the same becomes another stream. A main stream without
/// holes is complete, and stays as it is.
void mark_placeholder(u32 reparse_tag, std::vector<FoundStream>& streams);

} // namespace coldsweep
