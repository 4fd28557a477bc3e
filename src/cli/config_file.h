// SPDX-License-Identifier: Apache-2.0
// `--config FILE`: options from TOML. Those of the command line take precedence.
#pragma once

#include <string>
#include <vector>

namespace coldsweep {

/// Adds the options of the file that `--config` names, if any, to the words. Throws UsageError
/// naming file and line if the file can't be read, or has a value that no option can have.
std::vector<std::string> with_config_file(const std::vector<std::string>& words);

} // namespace coldsweep
