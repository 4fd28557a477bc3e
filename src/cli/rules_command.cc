// SPDX-License-Identifier: Apache-2.0
// `coldsweep rules check|list`: the rules alone.
#include "cli/commands.h"

#include "base/text.h"
#include "rules/explain.h"
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

void explain_rules(const RuleSet& rules, bool as_json) {
  u64 by_string = 0, anything = 0, total = 0;
  for (const RuleExplanation& said : explain(rules)) {
    ++total;
    by_string += said.needs_string ? 1 : 0;
    anything += said.matches_anything ? 1 : 0;
    if (as_json) {
      const nlohmann::ordered_json json{
          {"file", said.rule->file},           {"name", said.rule->name},
          {"condition", said.condition},       {"unused", said.unused},
          {"needs_string", said.needs_string}, {"matches_anything", said.matches_anything}};
      fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      continue;
    }
    fmt::print("{}  {}\n  {} {}\n", printable(said.rule->file), printable(said.rule->name),
               said.matches_anything ? "every stream goes to libyara:"
               : said.needs_string   ? "searched for:"
                                     : "by size, bytes or names alone:",
               printable(said.condition));
    for (const std::string& what : said.unused) fmt::print("  not used: {}\n", printable(what));
  }
  if (!as_json)
    fmt::print("{} rules: {} need a string to occur, {} depend on size, bytes or names alone, for "
               "{} libyara "
               "looks at every stream\n",
               total, by_string, total - by_string - anything, anything);
}

} // namespace

int run_rules(const RulesArguments& arguments) {
  // A check shows every broken file, and fails after that.
  const RuleLoadOptions options{arguments.skip_broken || (!arguments.list && !arguments.explain),
                                {}};
  const RuleSet rules = arguments.rules.empty() ? RuleSet::load_builtin(builtin_rules())
                                                : RuleSet::load(arguments.rules, options);
  if (arguments.explain)
    explain_rules(rules, arguments.json);
  else if (arguments.list)
    list_rules(rules, arguments.json);
  else
    check_rules(rules, arguments.json);
  return rules.record().rejected.empty() || arguments.list || arguments.explain ? 0 : 2;
}

} // namespace coldsweep
