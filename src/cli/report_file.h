// SPDX-License-Identifier: Apache-2.0
// Writes a report to a new file, completely or not at all. One thread.
#pragma once

#include "base/file.h"
#include "report/sealed_case.h"

#include <filesystem>
#include <string>

namespace coldsweep {

/// `format` is the name of one of report::formats(), or empty for the page for the terminal. Throws
/// Error if the file exists or can't be written. Until it is complete it is called `PATH.partial`.
void write_report_file(const report::SealedCase& sealed, const std::string& format,
                       const std::filesystem::path& path, unsigned mode = kPublicFile);

} // namespace coldsweep
