// SPDX-License-Identifier: Apache-2.0
// Runs the `locate` of a case's findings, as an examiner would, and compares what it shows with
// what the findings state. Any thread.
#pragma once

#include "support/run_sweep.h"

#include <filesystem>
#include <string>
#include <vector>

namespace coldsweep::test {

struct LocateCheck {
  u64 compared = 0;               ///< findings whose whole content was shown
  u64 absent = 0;                 ///< findings that say why they have no command
  std::vector<std::string> wrong; ///< path, command, and what is wrong
};

/// Runs each distinct command once, at most `most` of them. Commands that show more than 64 MiB are
/// left out.
LocateCheck check_locates(const std::filesystem::path& image, const Swept& swept,
                          std::size_t most = 100'000);

} // namespace coldsweep::test
