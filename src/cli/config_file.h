// SPDX-License-Identifier: Apache-2.0
// `--config FILE`: options from TOML, put in front of those of the command line, which win.
#pragma once

#include <string>
#include <vector>

namespace coldsweep {

/// The words with those of the file that `--config` names, if any. Throws UsageError naming file and line where the
/// file can't be read, or holds what an option can't be.
std::vector<std::string> with_config_file(const std::vector<std::string>& words);

} // namespace coldsweep
