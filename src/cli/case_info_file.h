// SPDX-License-Identifier: Apache-2.0
// `--case-info FILE`: what the examiner says about the case, in TOML.
#pragma once

#include "model/case_info.h"

#include <filesystem>

namespace coldsweep {

/// Throws UsageError naming file and line if the file can't be read or has anything else in it.
CaseInfo read_case_info(const std::filesystem::path& path);

} // namespace coldsweep
