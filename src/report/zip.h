// SPDX-License-Identifier: Apache-2.0
// A case as one zip file that no scanner of malware opens on its way: encrypted with AES-256 (WinZip's AE-2) under a password
// that isn't secret. Any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <string>

namespace coldsweep::report {

struct ZipSummary {
  u64 files = 0, bytes = 0; ///< of the case, before compression
};

/// Throws UsageError when `zip` exists, Error where it can't be written; then there is no such file.
ZipSummary write_zip(const std::filesystem::path& case_folder, const std::filesystem::path& zip,
                     const std::string& password);

} // namespace coldsweep::report
