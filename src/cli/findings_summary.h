// SPDX-License-Identifier: Apache-2.0
// What `coldsweep sweep` prints about its findings: the highest scores first, with what an examiner
// needs to judge them.
#pragma once

#include "manifest/seal.h"

#include <filesystem>

namespace coldsweep {

void print_findings(const SealSummary& seal, const std::filesystem::path& case_folder);

} // namespace coldsweep
