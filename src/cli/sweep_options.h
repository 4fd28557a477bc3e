// SPDX-License-Identifier: Apache-2.0
// The options of `coldsweep sweep`: their help, and their texts -> SweepArguments. Used by one
// thread.
#pragma once

#include "cli/arguments.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace coldsweep {

/// What CLI11 fills in, before the texts are turned into options.
struct GivenSweep {
  SweepArguments arguments;
  std::vector<std::string> scope;
  std::optional<std::filesystem::path> case_info;
  std::string memory = "1GiB", export_limit = "256MiB", progress = "auto", image_hash = "stored",
              config;
  bool no_export = false, no_builtin_hash_sets = false, no_prefilter = false;
};

/// Adds the command to `app`. Parsing then fills `given`, which must outlive `app`.
void add_sweep(CLI::App& app, GivenSweep& given);

/// Adds the options that say where to look for volumes, which `info` has as well.
void add_volume_search(CLI::App& command, std::vector<u64>& at, bool& every_sector);

/// Adds the options for how rules are read, which `rules` has as well.
void add_rule_reading(CLI::App& command, std::vector<std::string>& define, bool& one_namespace);

/// Throws UsageError if an option can't have the given value.
SweepArguments sweep_arguments(const GivenSweep& given);

} // namespace coldsweep
