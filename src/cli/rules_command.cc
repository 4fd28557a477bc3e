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
      const nlohmann::ordered_json json{
          {"name", rule.ref.name},    {"namespace", rule.ref.name_space},
          {"tags", rule.ref.tags},    {"private", rule.is_private},
          {"global", rule.is_global}, {"log", rule.is_log},
          {"file", rule.ref.file},    {"file_sha256", rule.ref.file_sha256}};
      fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      continue;
    }
    std::string tags;
    for (const std::string& tag : rule.ref.tags) tags += " " + tag;
    fmt::print("{:.12}  {}  {}{}{}\n", rule.ref.file_sha256, printable(rule.ref.file),
               printable(rule.ref.name), printable(tags), rule.is_private ? " (private)" : "");
  }
}

/// A rule that every record must be asked for makes the logs slow.
void print_log_rules(const RuleSet& rules) {
  std::size_t count = 0;
  for (const RuleInfo& rule : rules.rules()) {
    count += rule.is_log ? 1 : 0;
    if (rule.every_record)
      fmt::print(
          "note: {} ({}): a log rule whose condition may be true without a string that can be "
          "searched for; it is asked of every record\n",
          printable(rule.ref.name), printable(rule.ref.file));
  }
  if (count > 0) fmt::print("{} log rules, judged record by record\n", count);
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
    json["log_rules"] = nlohmann::ordered_json::array();
    for (const RuleInfo& rule : rules.rules())
      if (rule.is_log)
        json["log_rules"].push_back({{"name", rule.ref.name},
                                     {"namespace", rule.ref.name_space},
                                     {"every_record", rule.every_record}});
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  for (const std::string& warning : rules.warnings())
    fmt::print("warning: {}\n", printable(warning));
  for (const RejectedRules& r : record.rejected)
    fmt::print("error: {}({}): {}\n", printable(r.path), r.line, printable(r.message));
  print_log_rules(rules);
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
  const RuleLoadOptions options{arguments.skip_broken || !arguments.list, arguments.log_rules};
  const RuleSet rules = arguments.rules.empty() ? RuleSet::load_builtin(builtin_rules(), options)
                                                : RuleSet::load(arguments.rules, options);
  if (arguments.list)
    list_rules(rules, arguments.json);
  else
    check_rules(rules, arguments.json);
  return rules.record().rejected.empty() || arguments.list ? 0 : 2;
}

} // namespace coldsweep
