// SPDX-License-Identifier: Apache-2.0
// A sealed case -> a bag as in RFC 8493 (BagIt 1.0): the case as payload, with a list of hashes
// that any tool can check. The same case always gives the same bag. One thread.
#pragma once

#include "report/sealed_case.h"

#include <filesystem>

namespace coldsweep::report {

struct BagSummary {
  u64 files = 0, bytes = 0; ///< of the payload
};

/// Throws UsageError if `bag` exists and is not an empty folder, is inside the case, or can't be
/// made. write_bag does that itself; it costs nothing to know it before the case is verified.
void check_bag_folder(const std::filesystem::path& bag, const std::filesystem::path& case_folder);

/// Throws UsageError as check_bag_folder does, Error if a file can't be copied. An unfinished bag
/// has no `bagit.txt`, and so is not a bag.
BagSummary write_bag(const SealedCase& sealed, const std::filesystem::path& case_folder,
                     const std::filesystem::path& bag);

} // namespace coldsweep::report
