// SPDX-License-Identifier: Apache-2.0
// Search databases kept between runs. A file's name is the hash of everything that its content
// depends on: the expressions, the library's version, the processor. A file that is incomplete or
// not ours is rebuilt silently. A folder that can't be written costs time only. Any thread, any
// number of processes.
#pragma once

#include "prefilter/search.h"

#include <filesystem>

namespace coldsweep {

/// Read from the folder, or else compiled and kept there. With an empty path: compiled.
SearchDatabase cached_database(std::span<const SearchPattern> patterns,
                               const std::filesystem::path& folder);

} // namespace coldsweep
