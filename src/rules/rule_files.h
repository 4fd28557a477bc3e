// SPDX-License-Identifier: Apache-2.0
// The paths given with -r -> rule files, read into memory once: the bytes that are hashed are the
// bytes that are compiled. Private to rules/.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

struct RuleFile {
  std::string label;              ///< unique: path in the manifest and namespace of the rules
  std::filesystem::path location; ///< on this machine, for `include`; empty for built-in rules
  std::string bytes;
  std::string sha256;  ///< of `bytes`
  std::string problem; ///< why it could not be read; then `bytes` is empty
};

struct ListedRuleFiles {
  std::vector<RuleFile> files;
  /// Files in folders that look like rules, but have other names than those that are loaded from a
  /// folder; `problem` says so. `sha256` and `bytes` are empty.
  std::vector<RuleFile> passed_over;
};

/// The files at the paths, in order, each once; those of a folder (`*.yar`, `*.yara`, in any case)
/// in byte order of the relative path. A file that can't be read is included with its `problem`.
/// Throws UsageError for a path that does not exist or a folder without rules.
ListedRuleFiles list_rule_files(const std::vector<std::filesystem::path>& paths);

/// Reads `location` into `file`: bytes and hash, or the problem, which contains no path of this
/// machine.
void read_rule_file(RuleFile& file);

/// Whether both lead to the same file; no if one can't be found.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// The text without a UTF-8 byte order mark.
std::string_view without_bom(std::string_view text);

/// Hands out labels, each once: `a.yar`, `a.yar#2`, `a.yar#3`.
class LabelSet {
public:
  std::string unique(std::string_view wanted);

private:
  std::set<std::string> used_;
};

} // namespace coldsweep
