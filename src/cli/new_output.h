// SPDX-License-Identifier: Apache-2.0
// Outputs that the command line names, checked before the work that would fill them.
#pragma once

#include <filesystem>

namespace coldsweep {

/// Throws UsageError if there is such a file already, or none can be created there.
void require_new_file(const std::filesystem::path& path);

} // namespace coldsweep
