// SPDX-License-Identifier: Apache-2.0
// Which files of a case folder are handed over. Any thread.
#pragma once

#include <filesystem>
#include <vector>

namespace coldsweep::report {

/// Paths relative to the case folder, sorted: the manifest, its signature and time stamp,
/// report.html, run.json and the evidence copies. The journal is left out, because everything in it
/// is in the manifest. coldsweep made all of these names from letters, digits, `.` and `/`, so they
/// are valid in every system and format.
std::vector<std::filesystem::path> payload_of(const std::filesystem::path& case_folder);

} // namespace coldsweep::report
