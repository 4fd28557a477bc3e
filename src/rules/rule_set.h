// SPDX-License-Identifier: Apache-2.0
// Rule files, folders and compiled rules -> one compiled, immutable RuleSet that scanners on any
// thread share. Each source file gets its own namespace, so that rules with the same name in two
// files don't collide, unless one namespace is asked for.
#pragma once

#include "base/types.h"
#include "model/case_record.h"
#include "model/externals.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// A rule file held in memory: the built-in pack.
struct BuiltinRuleFile {
  std::string_view path;
  std::string_view text;
};

struct RuleInfo {
  RuleRef ref;
  bool is_private = false;
  bool is_global = false;
  bool is_log = false; ///< evaluated record by record in logs, and nowhere else
  /// A log rule that is evaluated on every record: what its condition needs can't be searched for.
  bool every_record = false;
};

struct RuleLoadOptions {
  /// Go on without files that don't compile; `record().rejected` has them.
  bool skip_broken = false;
  /// Which rules are log rules: patterns with `*` and `?` for a tag or a name. If empty: rules with
  /// the tag `log`.
  std::vector<std::string> log_rules = {};
  /// For data that takes long to compute and can be rebuilt; empty: none.
  std::filesystem::path cache_folder = {};
  /// Bytes for what scans with the prefilter build and keep: search databases, and compiled groups
  /// of rules. The rules themselves come on top.
  u64 scan_memory = 256_MiB;
  /// External variables for all rules.
  std::vector<Definition> definitions = {};
  /// All source files in the namespace `default`, so that they can refer to each other's rules, and
  /// global rules apply to all. A file that defines a rule again is left out as broken.
  bool one_namespace = false;
};

class RuleSet {
public:
  /// Compiles what the paths name: a rule file, a folder (recursive `*.yar`, `*.yara`, in byte
  /// order of the relative path), or compiled rules. Throws UsageError for a path that doesn't
  /// exist, a folder without rules, or a pattern of `log_rules` that fits no rule. Throws RuleError
  /// with file, line and message of every file that does not compile.
  static RuleSet load(const std::vector<std::filesystem::path>& paths,
                      const RuleLoadOptions& options);
  static RuleSet load_builtin(std::span<const BuiltinRuleFile> files,
                              const RuleLoadOptions& options = {});

  ~RuleSet();
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;

  /// What the manifest says about the rules.
  const RulesRecord& record() const;
  /// Every rule, in the order of compilation.
  const std::vector<RuleInfo>& rules() const;
  /// Warnings of the compiler: `file(line): message`.
  const std::vector<std::string>& warnings() const;

  /// Builds what the first scan with the prefilter would wait for. Any thread, at any time.
  void prepare_prefilter() const;

  struct Compiled; ///< libyara's side, private to rules/
  const Compiled& compiled() const { return *compiled_; }

private:
  explicit RuleSet(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

/// The version of the libyara this was built against.
std::string yara_version();

} // namespace coldsweep
