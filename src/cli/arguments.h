// SPDX-License-Identifier: Apache-2.0
// The command line -> what to do. `--help` is the manual: every option says what it means and its default.
#pragma once

#include "model/options.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace coldsweep {

struct SweepArguments {
  SweepOptions options;
  std::optional<std::filesystem::path> sign_key;
};
struct InfoArguments {
  std::vector<std::filesystem::path> image;
  bool json = false;
};
struct VerifyArguments {
  std::filesystem::path case_folder;
  std::vector<std::filesystem::path> image; ///< empty: the case alone
  std::vector<std::filesystem::path>
      rules; ///< those of the case; empty: the built-in pack, where it has those
  std::optional<std::filesystem::path> public_key;
  std::optional<std::filesystem::path> authorities; ///< certificates that a time stamp must lead to
  bool json = false;
};
struct RulesArguments {
  std::vector<std::filesystem::path> rules;
  std::vector<std::string> log_rules;
  bool list = false, explain = false; ///< else check
  std::optional<std::filesystem::path>
      places;        ///< explain: the table of places; absent: the built-in one
  bool toml = false; ///< explain: that table alone, as it is written
  bool skip_broken = false;
  bool json = false;
};
struct ReportArguments {
  std::filesystem::path case_folder;
  std::string format;           ///< empty: a page for the terminal
  std::filesystem::path output; ///< empty: stdout
};
struct ExportArguments {
  std::filesystem::path case_folder;
  std::optional<std::filesystem::path> bag, zip; ///< one of them; new
  std::string password = "infected";             ///< of the zip
};
struct SealArguments {
  std::filesystem::path case_folder;
  std::optional<std::filesystem::path> request, reply; ///< one of them
};
/// Nothing to do but print this: help, version.
struct PrintArguments {
  std::string text;
};

using Arguments = std::variant<SweepArguments, InfoArguments, VerifyArguments, ReportArguments,
                               RulesArguments, ExportArguments, SealArguments, PrintArguments>;

/// Throws UsageError with a message for the user.
Arguments parse_arguments(const std::vector<std::string>& words);

} // namespace coldsweep
