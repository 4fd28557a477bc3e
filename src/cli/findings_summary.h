// SPDX-License-Identifier: Apache-2.0
// What `coldsweep sweep` prints of its findings: the highest first, with what one needs in order to judge them.
#pragma once

#include "manifest/seal.h"

#include <filesystem>

namespace coldsweep {

void print_findings(const SealSummary& seal, const std::filesystem::path& case_folder);

} // namespace coldsweep
