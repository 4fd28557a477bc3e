// SPDX-License-Identifier: Apache-2.0
// Where the program keeps files that it can rebuild.
#pragma once

#include <filesystem>

namespace coldsweep {

/// `$XDG_CACHE_HOME/coldsweep` or `~/.cache/coldsweep`; empty when neither `$XDG_CACHE_HOME`
/// nor `$HOME` is an absolute path.
std::filesystem::path user_cache_folder();

} // namespace coldsweep
