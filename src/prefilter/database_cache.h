// SPDX-License-Identifier: Apache-2.0
// Search databases kept between runs. A file's name is the hash of all that its content depends on: the expressions,
// the library's version, the processor. A file that isn't whole, or isn't ours, is made anew without a word; a folder
// that can't be written costs nothing but time. Any thread, any number of processes. Private to rules/.
#pragma once

#include "prefilter/search.h"

#include <filesystem>

namespace coldsweep {

/// From the folder, or compiled and kept there. With an empty folder: compiled.
SearchDatabase cached_database(std::span<const SearchPattern> patterns,
                               const std::filesystem::path& folder);

} // namespace coldsweep
