// SPDX-License-Identifier: Apache-2.0
// A sealed case -> a bag of RFC 8493 (BagIt 1.0): the case as payload, with a list of hashes that any tool can check. A
// function of the case alone: the same case gives the same bag. One thread.
#pragma once

#include "report/sealed_case.h"

#include <filesystem>

namespace coldsweep::report {

struct BagSummary {
  u64 files = 0, bytes = 0; ///< of the payload
};

/// Throws UsageError where `bag` exists and is no empty folder, or lies in the case; Error where a file can't be copied.
/// What could not be finished is left without `bagit.txt`, and so is no bag.
BagSummary write_bag(const SealedCase& sealed, const std::filesystem::path& case_folder,
                     const std::filesystem::path& bag);

} // namespace coldsweep::report
