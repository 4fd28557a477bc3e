// SPDX-License-Identifier: Apache-2.0
// `files.sha256`: hashes of the files in a case folder other than the evidence copies, in the
// format that `sha256sum -c` reads. It covers what the seal doesn't (report.html, run.json, the
// journal), and the manifest, for anyone who doesn't have coldsweep. Any thread.
#pragma once

#include <filesystem>
#include <string>

namespace coldsweep {

inline constexpr const char* kFileList = "files.sha256";

/// Lists the files that exist now; replaces an older list. Throws Error.
void write_file_list(const std::filesystem::path& case_folder);

/// Throws FormatError naming a file that differs from the list. Does nothing if there is no list.
void check_file_list(const std::filesystem::path& case_folder);

} // namespace coldsweep
