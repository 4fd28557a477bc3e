// SPDX-License-Identifier: Apache-2.0
// `coldsweep rules check|list|explain`: looks at rules without an image.
#include "cli/commands.h"

#include "base/text.h"
#include "cli/explain_places.h"
#include "rules/explain.h"
#include "rules/rule_set.h"
#include "yara-rules/builtin_rules.h"

#include <algorithm>

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

/// A rule that must be evaluated on every record makes logs slow.
void print_log_rules(const RuleSet& rules) {
  std::size_t count = 0;
  for (const RuleInfo& rule : rules.rules()) {
    count += rule.is_log ? 1 : 0;
    if (rule.every_record)
      fmt::print(
          "note: {} ({}): this log rule can match without a string that can be searched for; it is "
          "evaluated on every record\n",
          printable(rule.ref.name), printable(rule.ref.file));
  }
  if (count > 0) fmt::print("{} log rules, evaluated on each record\n", count);
}

/// Without those that only have other names than rule files.
std::size_t broken_files(const RuleSet& rules) {
  const std::vector<RejectedRules>& rejected = rules.record().rejected;
  return static_cast<std::size_t>(std::count_if(
      rejected.begin(), rejected.end(), [](const RejectedRules& r) { return !r.passed_over; }));
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
    if (r.passed_over)
      fmt::print("not loaded: {}: {}\n", printable(r.path), printable(r.message));
    else
      fmt::print("error: {}({}): {}\n", printable(r.path), r.line, printable(r.message));
  print_log_rules(rules);
  fmt::print("{} rules in {} files, {} rejected, SHA-256 {}\n", rules.rules().size(),
             record.files.size(), broken_files(rules), record.sha256);
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
               said.matches_anything ? "libyara scans every stream:"
               : said.needs_string   ? "searched for:"
                                     : "only size, bytes or names:",
               printable(said.condition));
    for (const std::string& what : said.unused) fmt::print("  not used: {}\n", printable(what));
  }
  if (!as_json)
    fmt::print("{} rules: {} need a string, {} depend only on size, bytes or names, and for {} "
               "libyara scans every stream\n",
               total, by_string, total - by_string - anything, anything);
}

void explain(const RuleSet& rules, const RulesArguments& arguments) {
  explain_rules(rules, arguments.json);
  if (arguments.json) return;
  fmt::print("\n");
  explain_places(arguments.places, false);
}

} // namespace

int run_rules(const RulesArguments& arguments) {
  if (arguments.explain && arguments.toml) {
    explain_places(arguments.places, true);
    return 0;
  }
  // `check` shows all broken files before it fails.
  const RuleLoadOptions options{.skip_broken = arguments.skip_broken ||
                                               (!arguments.list && !arguments.explain),
                                .log_rules = arguments.log_rules,
                                .cache_folder = {},
                                .definitions = parse_definitions(arguments.define),
                                .one_namespace = arguments.one_namespace};
  const RuleSet rules = arguments.rules.empty() ? RuleSet::load_builtin(builtin_rules(), options)
                                                : RuleSet::load(arguments.rules, options);
  if (arguments.explain)
    explain(rules, arguments);
  else if (arguments.list)
    list_rules(rules, arguments.json);
  else
    check_rules(rules, arguments.json);
  return broken_files(rules) == 0 || arguments.list || arguments.explain ? 0 : 2;
}

} // namespace coldsweep
