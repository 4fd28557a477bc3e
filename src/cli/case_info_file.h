// SPDX-License-Identifier: Apache-2.0
// `--case-info FILE`: what the examiner says of the case, from TOML.
#pragma once

#include "model/case_info.h"

#include <filesystem>

namespace coldsweep {

/// Throws UsageError naming file and line where the file can't be read, or says what a case can't have.
CaseInfo read_case_info(const std::filesystem::path& path);

} // namespace coldsweep
