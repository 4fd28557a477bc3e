// SPDX-License-Identifier: Apache-2.0
// `coldsweep rules check|list|explain`: the rules alone.
#include "cli/commands.h"

#include "base/text.h"
#include "cli/explain_places.h"
#include "rules/rule_set.h"
#include "yara-rules/builtin_rules.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coldsweep {
namespace {

void list_rules(const RuleSet& rules, bool as_json) {
  for (const RuleInfo& rule : rules.rules()) {
    if (as_json) {
      const nlohmann::ordered_json json{{"name", rule.ref.name},
                                        {"namespace", rule.ref.name_space},
                                        {"tags", rule.ref.tags},
                                        {"private", rule.is_private},
                                        {"global", rule.is_global},
                                        {"file", rule.ref.file},
                                        {"file_sha256", rule.ref.file_sha256}};
      fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      continue;
    }
    std::string tags;
    for (const std::string& tag : rule.ref.tags) tags += " " + tag;
    fmt::print("{:.12}  {}  {}{}{}\n", rule.ref.file_sha256, printable(rule.ref.file),
               printable(rule.ref.name), printable(tags), rule.is_private ? " (private)" : "");
  }
}

void check_rules(const RuleSet& rules, bool as_json) {
  const RulesRecord& record = rules.record();
  if (as_json) {
    nlohmann::ordered_json json{{"files", record.files.size()},
                                {"rules", rules.rules().size()},
                                {"sha256", record.sha256},
                                {"warnings", rules.warnings()}};
    json["rejected"] = nlohmann::ordered_json::array();
    for (const RejectedRules& r : record.rejected)
      json["rejected"].push_back({{"path", r.path}, {"line", r.line}, {"message", r.message}});
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  for (const std::string& warning : rules.warnings())
    fmt::print("warning: {}\n", printable(warning));
  for (const RejectedRules& r : record.rejected)
    fmt::print("error: {}({}): {}\n", printable(r.path), r.line, printable(r.message));
  fmt::print("{} rules in {} files, {} rejected, SHA-256 {}\n", rules.rules().size(),
             record.files.size(), record.rejected.size(), record.sha256);
}

} // namespace

int run_rules(const RulesArguments& arguments) {
  if (arguments.explain) {
    explain_places(arguments.places, arguments.toml);
    return 0;
  }
  // A check shows every broken file, and fails after that.
  const RuleLoadOptions options{arguments.skip_broken || !arguments.list};
  const RuleSet rules = arguments.rules.empty() ? RuleSet::load_builtin(builtin_rules())
                                                : RuleSet::load(arguments.rules, options);
  if (arguments.list)
    list_rules(rules, arguments.json);
  else
    check_rules(rules, arguments.json);
  return rules.record().rejected.empty() || arguments.list ? 0 : 2;
}

} // namespace coldsweep
