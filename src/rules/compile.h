// SPDX-License-Identifier: Apache-2.0
// Rule files -> libyara's compiled rules, with all messages of the compiler. Private to rules/.
#pragma once

#include "model/externals.h"
#include "prefilter/lexer.h"
#include "rules/rule_files.h"
#include "rules/source_traits.h"
#include "rules/yara_handles.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// A rule file and what we know about it. Without traits, its text has no includes.
struct SourceFile {
  RuleFile file;
  SourceTraits traits;
};

/// libyara's name for the namespace of files that have no other.
constexpr const char* kOneNamespace = "default";

/// What the files are compiled with.
struct CompileSettings {
  std::vector<Definition> definitions; ///< of the user
  bool one_namespace = false;          ///< for all files; else one for each
};

struct CompileError {
  std::size_t source = 0; ///< index among the sources
  u64 line = 0;           ///< 0: the file as a whole
  std::string message;
};

struct CompileResult {
  YaraRules rules;                   ///< null if there is an error
  std::vector<CompileError> errors;  ///< of one source: the compiler can't go on after an error
  std::vector<std::string> warnings; ///< `label(line): message`
  std::vector<u32> rules_of;         ///< by source: how many
  std::vector<RuleFile> included;    ///< what `include` brought in, each file once
  std::vector<std::vector<IncludedText>> include_texts; ///< by source, for each `include`
  /// The same: where each text lies.
  std::vector<std::vector<std::filesystem::path>> include_places;
};

using Sources = std::vector<const SourceFile*>;

/// Compiles all of them together, each in the namespace of its label. Stops at the first one that
/// has an error.
CompileResult compile_together(const Sources& sources, const CompileSettings& settings);

/// Compiles each on its own, on all cores. Returns the first error of each source that has one, in
/// order.
std::vector<CompileError> find_broken(const Sources& sources, const CompileSettings& settings);

/// Loads rules that `yarac` compiled, after a trial in a child process: libyara trusts compiled
/// rules, and damaged ones can crash it. Variables that they have get the values of the settings.
/// Throws RuleError.
YaraRules load_compiled(const std::string& bytes, const CompileSettings& settings);

/// The same rules in buffers as large as what they hold: those of libyara's compiler begin with
/// 1 MiB, and there are a dozen. Throws bad_alloc.
YaraRules compacted(YaraRules rules);

/// The same rules without libyara's list of the pointers in them, which takes more memory than they
/// do. It is needed only to add to them or to save them.
YaraRules without_relocations(YaraRules rules);

/// Whether the file holds compiled rules.
bool is_compiled(std::string_view bytes);

} // namespace coldsweep
