// SPDX-License-Identifier: Apache-2.0
// Which files of a case folder are handed over. Any thread.
#pragma once

#include <filesystem>
#include <vector>

namespace coldsweep::report {

/// Relative to the case folder, in order: the manifest with what vouches for it, the page, the record of the run, the copies.
/// Without the journal, which says nothing that the manifest doesn't. All are names that coldsweep makes: letters, digits,
/// `.` and `/`, so that no system and no format needs them changed.
std::vector<std::filesystem::path> payload_of(const std::filesystem::path& case_folder);

} // namespace coldsweep::report
