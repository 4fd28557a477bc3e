// SPDX-License-Identifier: Apache-2.0
// What is made of a case is made of one that still is what was sealed.
#pragma once

#include <filesystem>

namespace coldsweep {

/// Whether the case verifies; else says on stderr that `refused` ("no report is made") and why. Throws as verify_case does.
bool is_as_sealed(const std::filesystem::path& case_folder, const char* refused);

} // namespace coldsweep
