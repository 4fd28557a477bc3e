// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "base/error.h"
#include "base/text.h"
#include "cli/config_file.h"
#include "cli/suggestion.h"
#include "cli/sweep_options.h"
#include "report/formats.h"
#include "sweep/build_case_record.h"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep {
namespace {

constexpr const char* kAbout =
    "coldsweep sweeps NTFS disk images with YARA rules, offline and without mounting them,\n"
    "and writes a sealed manifest of what matched, where, and what could not be looked at.";

/// What CLI11 fills in.
struct Given {
  GivenSweep sweep;
  InfoArguments info;
  VerifyArguments verify;
  ReportArguments report;
  RulesArguments rules;
  ExportArguments exported;
  TimestampArguments timestamp;
};

void add_report(CLI::App& app, ReportArguments& given) {
  std::string footer = "\nFormats:\n";
  for (const report::Format& format : report::formats())
    footer += fmt::format("  {:<11} {}\n", format.name, format.description);
  CLI::App* command = app.add_subcommand(
      "report", "Make a report of a sealed case, for people or in a format of other tools");
  command->add_option("CASE", given.case_folder, "Case folder")->required();
  command
      ->add_option("--format", given.format, "One of the formats below [a page for the terminal]")
      ->type_name("FORMAT");
  command
      ->add_option("-o,--output", given.output,
                   "File to write; an existing file is not overwritten [stdout]")
      ->type_name("FILE");
  command->footer(footer + "\nA report depends only on the manifest. The case is verified first.\n"
                           "Exit status: 0 done; 2 wrong usage; 3 the case is not what was sealed; "
                           "4 not a sealed case.");
}

void add_export(CLI::App& app, ExportArguments& given) {
  CLI::App* command = app.add_subcommand("export", "Pack a sealed case to hand it over");
  command->add_option("CASE", given.case_folder, "Case folder")->required();
  CLI::Option_group* ways = command->add_option_group("One of");
  ways->add_option("--bagit", given.bag,
                   "Write a BagIt bag (RFC 8493) with manifest, report and evidence copies to this "
                   "new or empty folder")
      ->type_name("DIR");
  CLI::Option* zip = ways->add_option("--zip", given.zip,
                                      "Write the same to a new zip file, encrypted (AES-256) so "
                                      "that virus scanners don't remove copies from it; 7z opens "
                                      "it, Info-ZIP's unzip can't")
                         ->type_name("FILE");
  ways->require_option(1);
  command->add_option("--zip-password", given.password, "Password of the zip file [infected]")
      ->needs(zip)
      ->type_name("TEXT");
  command->footer("\nThe case is verified first.\n"
                  "Exit status: 0 done; 2 wrong usage; 3 the case is not what was sealed; 4 not a "
                  "sealed case, or a file that can't be written.");
}

struct TimestampNames {
  const char *command, *request, *reply;
};

CLI::App* add_timestamp(CLI::App& app, TimestampArguments& given, const TimestampNames& names) {
  CLI::App* command = app.add_subcommand(
      names.command, "Time-stamp a sealed case (RFC 3161), by a request file and a reply file");
  command->add_option("CASE", given.case_folder, "Case folder")->required();
  CLI::Option_group* ways = command->add_option_group("One of");
  ways->add_option(names.request, given.request,
                   "Write a request for a time stamp authority to this new file")
      ->type_name("FILE");
  ways->add_option(names.reply, given.reply,
                   "Check the authority's reply, and keep it with the case")
      ->type_name("FILE");
  ways->require_option(1);
  command->footer("\nThe case is verified first.\n"
                  "Exit status: 0 done; 2 wrong usage, or a reply that isn't for this case; 3 the "
                  "case is not what was sealed; 4 not a sealed case.");
  return command;
}

void add_timestamp(CLI::App& app, TimestampArguments& given) {
  add_timestamp(app, given, {"timestamp", "--request", "--reply"});
  // The former names keep working, but --help does not list them.
  add_timestamp(app, given, {"seal", "--timestamp-request", "--timestamp-reply"})->group("");
}

void add_info(CLI::App& app, InfoArguments& given) {
  CLI::App* info =
      app.add_subcommand("info", "Show what an image contains: container, partitions, volumes");
  info->add_option("IMAGE", given.image, "Image, as for sweep")->required();
  add_volume_search(*info, given.volume_at, given.find_volumes);
  info->add_flag("--json", given.json, "Print JSON");
}

void add_verify(CLI::App& app, VerifyArguments& given) {
  CLI::App* verify = app.add_subcommand(
      "verify", "Check a sealed case: seal, counts, evidence copies, signature, time stamp");
  verify->add_option("CASE", given.case_folder, "Case folder")->required();
  verify
      ->add_option("--image", given.image,
                   "Also check each finding against this image, given as for sweep [only the case]")
      ->type_name("IMAGE");
  verify
      ->add_option("-r,--rules", given.rules,
                   "With --image: the rules of the case, to evaluate them again; repeatable [the "
                   "built-in pack, if the case used it]")
      ->allow_extra_args(false)
      ->type_name("PATH");
  verify
      ->add_option("--public-key", given.public_key,
                   "Ed25519 public key in PEM to check the signature with [not checked]")
      ->type_name("FILE");
  verify
      ->add_option("--timestamp-ca", given.authorities,
                   "Certificates in PEM that the time stamp's chain must lead to [only the time "
                   "stamp itself is checked]")
      ->type_name("FILE");
  verify->add_flag("--json", given.json, "Print JSON");
  verify->footer("\nExit status: 0 nothing differs; 2 no such folder; 3 something differs, and the "
                 "message names the first difference; 4 not a sealed case.");
}

void add_rules(CLI::App& app, RulesArguments& given) {
  CLI::App* rules = app.add_subcommand("rules", "Check, list or explain rules, without an image");
  rules->require_subcommand(1);
  CLI::App* check = rules->add_subcommand("check", "Compile rules and report what is wrong");
  CLI::App* list =
      rules->add_subcommand("list", "List rules with their tags, files and the files' hashes");
  CLI::App* explained = rules->add_subcommand(
      "explain", "Explain what each rule needs in a stream to match and what it costs, and how "
                 "findings are scored: places and points");
  for (CLI::App* command : {check, list, explained}) {
    command
        ->add_option("-r,--rules", given.rules,
                     "Rule file, folder or compiled rules; repeatable [the built-in pack]")
        ->allow_extra_args(false)
        ->type_name("PATH");
    command
        ->add_option("--log-rules", given.log_rules,
                     "Rules to evaluate on each record of a log, as for sweep [tag log, any case]")
        ->allow_extra_args(false)
        ->type_name("PATTERN");
    add_rule_reading(*command, given.define, given.one_namespace);
    command->add_flag("--json", given.json, "Print JSON");
  }
  for (CLI::App* command : {list, explained})
    command->add_flag("--skip-broken-rules", given.skip_broken,
                      "Leave out rule files that don't compile");
  explained
      ->add_option("--places", given.places,
                   "Table of places and points, as for sweep [the built-in one]")
      ->type_name("FILE");
  explained->add_flag("--toml", given.toml,
                      "Print only that table, as TOML, to start your own table from");
}

constexpr const char* kSeeHelp = "\nRun with --help for more information.";

/// Without former names, and without groups of options, which CLI11 counts as commands.
std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (!command->get_name().empty() && !command->get_group().empty())
      names.push_back(command->get_name());
  return names;
}

/// Null if there is none.
const CLI::App* command_named(const CLI::App& app, const std::string& name) {
  const std::vector<const CLI::App*> commands = app.get_subcommands(nullptr);
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const CLI::App* command) {
    return command->get_name() == name;
  });
  return name.empty() || found == commands.end() ? nullptr : *found;
}

/// CLI11 would only say that a subcommand is missing.
void require_known_command(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with('-')) return;
  if (command_named(app, words.front()) == nullptr)
    throw UsageError(fmt::format("{}: no such command{}{}", words.front(),
                                 did_you_mean(words.front(), command_names(app)), kSeeHelp));
}

/// Of a command and of its groups.
void add_option_names(const CLI::App& command, std::vector<std::string>& names) {
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const CLI::App* group : command.get_subcommands(nullptr))
    if (group->get_name().empty()) add_option_names(*group, names);
}

/// CLI11 first says what else is missing. Throws if a word looks like an option of the command and
/// is none.
void require_known_options(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  for (const std::string& word : words) {
    if (word == "--") return;
    const CLI::App* const next = command_named(*command, word);
    if (next != nullptr && (command == &app || command->get_name() == "rules")) command = next;
    if (!word.starts_with("--")) continue;
    std::vector<std::string> names;
    add_option_names(*command, names);
    const std::string name = word.substr(0, word.find('='));
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw UsageError(
          fmt::format("{}: no such option{}{}", name, did_you_mean(name, names), kSeeHelp));
  }
}

/// `help` is `--help`, and `help COMMAND` is `COMMAND --help`.
std::vector<std::string> with_help_as_option(std::vector<std::string> words) {
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

ReportArguments report_arguments(ReportArguments given) {
  if (given.format.empty()) return given;
  const std::string name = ascii_lower(given.format);
  if (report::format_named(name) == nullptr) {
    std::vector<std::string> names;
    for (const report::Format& format : report::formats()) names.emplace_back(format.name);
    throw UsageError(fmt::format("--format {}: expected one of {}{}", given.format,
                                 fmt::join(names, ", "), did_you_mean(name, names)));
  }
  given.format = name;
  return given;
}

Arguments arguments_of(const CLI::App& app, Given& given) {
  if (app.got_subcommand("sweep")) return sweep_arguments(given.sweep);
  if (app.got_subcommand("info")) return given.info;
  if (app.got_subcommand("verify")) {
    if (!given.verify.rules.empty() && given.verify.image.empty())
      throw UsageError("--rules: needs --image, because the rules are evaluated on its content");
    return given.verify;
  }
  if (app.got_subcommand("report")) return report_arguments(given.report);
  if (app.got_subcommand("timestamp") || app.got_subcommand("seal")) return given.timestamp;
  if (app.got_subcommand("export")) return given.exported;
  given.rules.list = app.get_subcommand("rules")->got_subcommand("list");
  given.rules.explain = app.get_subcommand("rules")->got_subcommand("explain");
  return given.rules;
}

} // namespace

Arguments parse_arguments(const std::vector<std::string>& given_words) {
  const std::vector<std::string> words = with_help_as_option(given_words);
  Given given;
  CLI::App app(kAbout, "coldsweep");
  app.set_version_flag("--version",
                       fmt::format("coldsweep {} ({})", tool_version(), tool_commit()));
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  add_sweep(app, given.sweep);
  add_report(app, given.report);
  add_export(app, given.exported);
  add_timestamp(app, given.timestamp);
  add_info(app, given.info);
  add_verify(app, given.verify);
  add_rules(app, given.rules);
  require_known_command(app, words);
  try {
    std::vector<std::string> all = with_config_file(words);
    std::reverse(all.begin(), all.end()); // CLI11 takes a vector from its end
    app.parse(all);
    return arguments_of(app, given);
  } catch (const CLI::ParseError& e) {
    std::ostringstream out, err;
    const int status = app.exit(e, out, err);
    if (status == 0) return PrintArguments{out.str()};
    require_known_options(app, words);
    throw UsageError(fmt::format("{}{}", e.what(), kSeeHelp));
  }
}

} // namespace coldsweep
