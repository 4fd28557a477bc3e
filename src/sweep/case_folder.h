// SPDX-License-Identifier: Apache-2.0
// The case folder itself, and `run.json`: what may differ between two runs of the same sweep.
#pragma once

#include "model/options.h"
#include "rules/filter_counts.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

namespace coldsweep {

/// Throws UsageError if the folder exists and is not empty, is not a folder, or can't be written,
/// or if the folder above it doesn't exist.
void check_case_folder(const std::filesystem::path& folder);
/// Its owner alone may enter it, unless it exists already. Throws Error.
void create_case_folder(const std::filesystem::path& folder);

struct RunRecord {
  std::chrono::system_clock::time_point begun;
  std::string command_line;
  u32 threads = 0;
  u64 memory = 0;
  FilterCounts filtered;
  double plan_seconds = 0, scan_seconds = 0, seal_seconds = 0;
};

RunRecord begin_run(const SweepOptions& options);

/// Seconds since construction, or since the last take().
class Lap {
public:
  double take() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Writes `run.json`. Returns why it can't be written; empty if it was.
std::string finish_run(const std::filesystem::path& folder, const RunRecord& run, bool interrupted);

} // namespace coldsweep
