// SPDX-License-Identifier: Apache-2.0
// Rule files -> compiled rules of those that can be used, and what is wrong with the others.
// Compiling uses all cores if something is broken. Private to rules/.
#pragma once

#include "model/case_record.h"
#include "rules/compile.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// Broken files under the index they have among all files.
using Rejections = std::map<std::size_t, RejectedRules>;

struct RuleInput {
  CompileSettings settings;
  std::vector<SourceFile> files; // sources and compiled ones, as given
  Rejections rejections;
};

struct CompiledSources {
  CompileResult result;
  std::vector<std::size_t> used; // index among all files of each source that compiled
  /// With one namespace: all of them as one text, which is what was compiled, and for each rule the
  /// index of its file.
  std::optional<SourceFile> merged;
  std::vector<std::size_t> file_of_rule;
};

struct CompiledFile {
  YaraRules rules;
  std::size_t index;
};

RuleInput examine_rule_files(std::vector<RuleFile> files, CompileSettings settings);

/// Compiles the sources that can be compiled, and adds the others to the rejections. A source is
/// tried alone or together with all good ones. A source that is broken only together with others is
/// rejected too, so that each round has fewer sources than the one before. A file that is reached
/// twice, also by `include`, is compiled once.
CompiledSources compile_sources(RuleInput& input);

/// Loads the files of compiled rules that can be loaded, and adds the others to the rejections.
std::vector<CompiledFile> load_compiled_files(RuleInput& input);

/// The rejections as one message.
std::string listed(const Rejections& rejections);

} // namespace coldsweep
