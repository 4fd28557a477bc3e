// SPDX-License-Identifier: Apache-2.0
// Where the program keeps what it can make again.
#pragma once

#include <filesystem>

namespace coldsweep {

/// `$XDG_CACHE_HOME/coldsweep` or `~/.cache/coldsweep`; empty when neither variable is set.
std::filesystem::path user_cache_folder();

} // namespace coldsweep
