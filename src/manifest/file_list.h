// SPDX-License-Identifier: Apache-2.0
// `files.sha256`: hashes of what stands in a case folder beside the evidence: what the seal doesn't cover (the page for people,
// the record of the run, the journal), and the manifest, for whoever has no coldsweep. In the form that `sha256sum -c` reads. Any thread.
#pragma once

#include <filesystem>
#include <string>

namespace coldsweep {

inline constexpr const char* kFileList = "files.sha256";

/// Lists the files that are there now; replaces an older list. Throws Error.
void write_file_list(const std::filesystem::path& case_folder);

/// Throws FormatError naming the file that is not what the list says. Does nothing where there is no list.
void check_file_list(const std::filesystem::path& case_folder);

} // namespace coldsweep
