// SPDX-License-Identifier: Apache-2.0
// A report into a new file, which is there whole or not at all. One thread.
#pragma once

#include "report/sealed_case.h"

#include <filesystem>
#include <string>

namespace coldsweep {

/// Throws Error when the file exists or can't be written. `format` is one of report::formats(), or empty for the page for
/// the terminal.
void write_report_file(const report::SealedCase& sealed, const std::string& format,
                       const std::filesystem::path& path);

} // namespace coldsweep
