// SPDX-License-Identifier: Apache-2.0
// Checks an EWF (E01) set before libewf sees it: signatures, segment numbers, the chain of section
// descriptors, the number of chunks. Any thread.
#pragma once

#include "image/ewf_chunks.h"

#include <vector>

namespace coldsweep {

/// The segments of the set in order: as named, or found beside a first one that is named alone.
/// Throws UsageError for paths, FormatError naming file, offset and what was expected there.
EwfSet open_ewf_set(const std::vector<std::filesystem::path>& paths);

} // namespace coldsweep
