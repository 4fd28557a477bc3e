// SPDX-License-Identifier: Apache-2.0
// What the command line asks for, one struct per command. Plain values.
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
  std::vector<u64> volume_at; ///< as in SweepOptions
  bool find_volumes = false;
  bool json = false;
};
struct VerifyArguments {
  std::filesystem::path case_folder;
  std::vector<std::filesystem::path> image; ///< empty: check the case alone
  /// The rules of the case; empty: the built-in pack, if the case used it.
  std::vector<std::filesystem::path> rules;
  std::optional<std::filesystem::path> public_key;
  /// Certificates that the time stamp's chain must lead to.
  std::optional<std::filesystem::path> authorities;
  bool json = false;
};
struct RulesArguments {
  std::vector<std::filesystem::path> rules;
  std::vector<std::string> log_rules;
  std::vector<std::string> define; ///< as in SweepOptions
  bool one_namespace = false;
  bool list = false, explain = false; ///< neither: check
  /// For explain: the table of places; absent: the built-in one.
  std::optional<std::filesystem::path> places;
  bool toml = false; ///< for explain: print only that table, as it is written
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
  std::optional<std::filesystem::path> bag, zip; ///< exactly one of them
  std::string password = "infected";             ///< of the zip
};
struct TimestampArguments {
  std::filesystem::path case_folder;
  std::optional<std::filesystem::path> request, reply; ///< exactly one of them
};
/// Nothing to do but print this: help, version.
struct PrintArguments {
  std::string text;
};

using Arguments = std::variant<SweepArguments, InfoArguments, VerifyArguments, ReportArguments,
                               RulesArguments, ExportArguments, TimestampArguments, PrintArguments>;

} // namespace coldsweep
