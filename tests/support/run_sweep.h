// SPDX-License-Identifier: Apache-2.0
// Sweeps an image in process and returns the sealed case, parsed. Any thread.
#pragma once

#include "support/run_tool.h"
#include "support/temp_dir.h"
#include "sweep/sweep.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace coldsweep::test {

/// Matches every stream that has bytes.
inline constexpr const char* kEveryStream = "rule every_stream { condition: filesize > 0 }";

struct Swept {
  TempDir folder;
  SweepResult result;
  std::string manifest; ///< the whole file
  nlohmann::json case_record, seal;
  std::vector<nlohmann::json> volumes, findings, issues, coverage;

  std::filesystem::path case_folder() const { return folder / "case"; }
  /// The finding for that path (without hard links) and stream; null if there is none.
  nlohmann::json finding(const std::string& path, const std::string& stream = {}) const;
  /// `/path` or `/path:stream` of each finding, sorted.
  std::vector<std::string> paths() const;
  u64 issues_of_kind(const std::string& kind) const;
  /// Whether the message of an issue has these words. If a kind is given, only issues of that kind
  /// count.
  bool has_issue(const std::string& words, const std::string& kind = {}) const;
};

/// Applies rules given as text. Options other than image, output and rules come from `options`.
Swept run_sweep(const std::filesystem::path& image, const std::string& rules,
                SweepOptions options = {});

/// Sweeps a source as one bare NTFS volume.
Swept run_sweep(const SourcePtr& volume, const std::string& rules, SweepOptions options = {});

struct SweepHooks {
  WrapExaminer wrap{}; ///< around each examiner, within the barrier
  /// Gets the sweep itself, to call it once. Rules and hash sets are loaded before.
  std::function<void(const std::function<void()>& sweep)> around{};
};

Swept run_sweep_with(const std::filesystem::path& image, const std::string& rules,
                     const SweepOptions& options, const SweepHooks& hooks);

/// Runs a finding's `locate` in the image's folder, with bash if it has $'...', which sh may lack.
ToolResult run_locate(const std::filesystem::path& image, const nlohmann::json& finding);

/// Throws if the coverage of any volume doesn't add up to what was planned.
void require_balanced(const Swept& swept);

} // namespace coldsweep::test
