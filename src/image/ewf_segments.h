// SPDX-License-Identifier: Apache-2.0
// Checks an EWF (E01) set before libewf opens it: signatures, segment numbers, the chain of section
// descriptors, the number of chunks. Any thread.
#pragma once

#include "image/ewf_chunks.h"

#include <vector>

namespace coldsweep {

/// Opens the segments as given. If only the first is given, finds the others in its folder. Throws
/// UsageError for paths, FormatError naming file, offset and what was expected there.
EwfSet open_ewf_set(const std::vector<std::filesystem::path>& paths);

} // namespace coldsweep
