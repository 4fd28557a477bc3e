// SPDX-License-Identifier: Apache-2.0
// Reports, exports and time stamps are only made of a case that is still what was sealed.
#pragma once

#include <filesystem>

namespace coldsweep {

/// Whether the case verifies. If not, says on stderr why, after `refused` ("no report is made").
/// Throws as verify_case does.
bool is_as_sealed(const std::filesystem::path& case_folder, const char* refused);

} // namespace coldsweep
