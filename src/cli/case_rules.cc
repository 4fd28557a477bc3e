// SPDX-License-Identifier: Apache-2.0
#include "cli/case_rules.h"

#include "base/error.h"
#include "yara-rules/builtin_rules.h"

#include <algorithm>
#include <sstream>

namespace coldsweep {
namespace {

std::vector<std::string> sorted_hashes(const RuleSet& rules) {
  std::vector<std::string> hashes;
  for (const RuleFileRecord& file : rules.record().files) hashes.push_back(file.sha256);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

std::vector<std::string> sorted_hashes(const report::SealedCase& sealed) {
  std::vector<std::string> hashes = sealed.rule_file_hashes();
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

RuleLoadOptions options_of(const report::SealedCase& sealed) {
  RuleLoadOptions options;
  options.skip_broken = true; // what the sweep left out has no findings
  const std::string patterns = sealed.case_text({"options", "log_rules"});
  if (patterns == "tag log") return options;
  std::istringstream list(patterns);
  for (std::string pattern; std::getline(list, pattern, ',');) options.log_rules.push_back(pattern);
  return options;
}

} // namespace

std::optional<RuleSet> load_case_rules(const report::SealedCase& sealed,
                                       const std::vector<std::filesystem::path>& paths) {
  const std::vector<std::string> wanted = sorted_hashes(sealed);
  if (paths.empty()) {
    if (sorted_hashes(RuleSet::load_builtin(builtin_rules())) != wanted) return std::nullopt;
    return RuleSet::load_builtin(builtin_rules(), options_of(sealed));
  }
  RuleSet rules = RuleSet::load(paths, options_of(sealed));
  if (sorted_hashes(rules) != wanted)
    throw UsageError("--rules: these are not the rules of the case, whose manifest has the SHA-256 "
                     "of each file");
  return rules;
}

} // namespace coldsweep
