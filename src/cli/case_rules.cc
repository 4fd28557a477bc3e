// SPDX-License-Identifier: Apache-2.0
#include "cli/case_rules.h"

#include "base/error.h"
#include "base/hash.h"
#include "yara-rules/builtin_rules.h"

#include <set>
#include <sstream>

namespace coldsweep {
namespace {

using Digests = std::multiset<std::string>; // of the files, in any order

Digests digests_of(const RuleSet& rules) {
  Digests digests;
  for (const RuleFileRecord& file : rules.record().files) digests.insert(file.sha256);
  return digests;
}

Digests digests_of_builtin() {
  Digests digests;
  for (const BuiltinRuleFile& file : builtin_rules()) digests.insert(sha256_of(file.text));
  return digests;
}

RuleLoadOptions options_of(const report::SealedCase& sealed) {
  RuleLoadOptions options;
  options.skip_broken = true; // files that the sweep left out have no findings
  options.one_namespace = sealed.case_text({"options", "one_namespace"}) == "yes";
  std::istringstream defined(sealed.case_text({"options", "define"}));
  for (std::string text; std::getline(defined, text);)
    options.definitions.push_back(parse_definition(text));
  const std::string patterns = sealed.case_text({"options", "log_rules"});
  if (patterns == "tag log") return options;
  std::istringstream list(patterns);
  for (std::string pattern; std::getline(list, pattern, ',');) options.log_rules.push_back(pattern);
  return options;
}

} // namespace

std::optional<RuleSet> load_case_rules(const report::SealedCase& sealed,
                                       const std::vector<std::filesystem::path>& paths) {
  const std::vector<std::string> listed = sealed.rule_file_hashes();
  const Digests wanted(listed.begin(), listed.end());
  if (paths.empty()) {
    if (digests_of_builtin() != wanted) return std::nullopt;
    return RuleSet::load_builtin(builtin_rules(), options_of(sealed));
  }
  RuleSet rules = RuleSet::load(paths, options_of(sealed));
  if (digests_of(rules) != wanted)
    throw UsageError("--rules: these are not the rules of the case; the manifest has the SHA-256 "
                     "of each file");
  return rules;
}

} // namespace coldsweep
