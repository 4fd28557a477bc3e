// SPDX-License-Identifier: Apache-2.0
// The command line -> what to do. `--help` is the manual: every option says what it means and its
// default. Used by one thread.
#pragma once

#include "cli/arguments.h"

#include <string>
#include <vector>

namespace coldsweep {

/// Throws UsageError with a message for the user.
Arguments parse_arguments(const std::vector<std::string>& words);

} // namespace coldsweep
