// SPDX-License-Identifier: Apache-2.0
// A case as one zip file, encrypted with AES-256 (WinZip's AE-2) under a password that isn't
// secret, so that malware scanners leave it alone. Any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <string>

namespace coldsweep::report {

struct ZipSummary {
  u64 files = 0, bytes = 0; ///< of the case, before compression
};

/// Throws UsageError if `zip` exists, Error if it can't be written; then no such file is left.
ZipSummary write_zip(const std::filesystem::path& case_folder, const std::filesystem::path& zip,
                     const std::string& password);

} // namespace coldsweep::report
