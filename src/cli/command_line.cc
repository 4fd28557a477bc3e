// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/case_info_file.h"
#include "cli/config_file.h"
#include "report/formats.h"
#include "sweep/build_case_record.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr const char* kAbout =
    "coldsweep sweeps NTFS disk images with YARA rules, offline and without mounting them,\n"
    "and writes a sealed manifest of what matched, where, and what could not be looked at.";

constexpr const char* kSweepFooter = R"(
Examples:
  coldsweep sweep server.E01 -o case-17
  coldsweep sweep disk.001 -o case-17 -r signature-base/yara --skip-broken-rules
  coldsweep sweep disk.raw -o case-17 -r mine.yar --volume p2 -t 8

Exit status:
  0  complete, with findings or without
  1  complete, with findings, under --fail-on-match
  2  wrong usage, or rules that do not compile
  3  sealed but incomplete: the manifest names what could not be read or scanned
  4  no sealed case
  130, 143  stopped by SIGINT or SIGTERM; what was done is kept in the case folder)";

/// What CLI11 fills before it is turned into options.
struct Raw {
  SweepArguments sweep;
  InfoArguments info;
  VerifyArguments verify;
  ReportArguments report;
  RulesArguments rules;
  ExportArguments exported;
  SealArguments seal;
  std::vector<std::string> scope;
  std::optional<std::filesystem::path> case_info;
  std::string memory = "1GiB", export_limit = "256MiB", progress = "auto", image_hash = "stored",
              config;
  bool no_export = false, no_builtin_hash_sets = false, no_prefilter = false;
};

u64 size_option(const char* name, const std::string& text) {
  const std::optional<u64> size = parse_size(text);
  if (!size || *size == 0)
    throw UsageError(fmt::format("{} {}: a size such as 512MiB or 2GiB expected", name, text));
  return *size;
}

Scope parse_scope(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  Scope scope{.allocated = false, .deleted = false, .alternate_streams = false, .archives = false};
  const std::map<std::string, bool*> known{
      {"allocated", &scope.allocated},   {"deleted", &scope.deleted},
      {"ads", &scope.alternate_streams}, {"archives", &scope.archives},
      {"slack", &scope.slack},           {"unallocated", &scope.unallocated},
      {"system", &scope.system},         {"efs", &scope.efs}};
  for (const std::string& name : names) {
    if (name == "all") {
      scope = {.unallocated = true, .slack = true, .efs = scope.efs, .system = true};
      continue;
    }
    const auto found = known.find(name);
    if (found == known.end())
      throw UsageError(fmt::format("--scope {}: allocated, deleted, ads, archives, slack, "
                                   "unallocated, system, efs or all expected",
                                   name));
    *found->second = true;
  }
  if (!scope.allocated && !scope.deleted && !scope.slack && !scope.unallocated && !scope.system)
    throw UsageError(
        "--scope: `ads`, `archives` and `efs` are of allocated or deleted files; name at least "
        "one of these too");
  return scope;
}

void finish_sweep(Raw& raw) {
  SweepOptions& options = raw.sweep.options;
  options.scope = parse_scope(raw.scope);
  options.memory = size_option("--memory", raw.memory);
  if (options.memory < 16_MiB)
    throw UsageError(fmt::format("--memory {}: at least 16MiB expected", raw.memory));
  options.export_limit = size_option("--export-limit", raw.export_limit);
  options.export_matched = !raw.no_export;
  options.builtin_hash_sets = !raw.no_builtin_hash_sets;
  options.prefilter = !raw.no_prefilter;
  const std::map<std::string, ProgressStyle> styles{{"auto", ProgressStyle::automatic},
                                                    {"bar", ProgressStyle::bar},
                                                    {"plain", ProgressStyle::plain},
                                                    {"json", ProgressStyle::json},
                                                    {"none", ProgressStyle::none}};
  const std::map<std::string, ImageHash> hashes{
      {"none", ImageHash::none}, {"stored", ImageHash::stored}, {"sha256", ImageHash::sha256}};
  options.image_hash = hashes.at(raw.image_hash);
  if (raw.case_info) options.case_info = read_case_info(*raw.case_info);
  options.progress = styles.at(raw.progress);
}

void add_sweep(CLI::App& app, Raw& raw) {
  CLI::App* sweep =
      app.add_subcommand("sweep", "Scan every stream of an image and write a sealed case");
  SweepOptions& o = raw.sweep.options;
  o.threads = std::max(1u, std::thread::hardware_concurrency());
  sweep
      ->add_option("IMAGE", o.image,
                   "Image: raw, split raw, E01, VMDK or VHD; the first segment, or all in order")
      ->required();
  sweep->add_option("-o,--output", o.output, "Case folder; must not exist, or be empty")
      ->required()
      ->type_name("DIR");
  sweep
      ->add_option("-r,--rules", o.rules,
                   "Rule file, folder of rules (recursive *.yar, *.yara) or compiled rules; "
                   "repeatable [the built-in pack]")
      ->allow_extra_args(false)
      ->type_name("PATH");
  sweep
      ->add_option(
          "--known-bad", o.known_bad,
          "Hash set whose every hit is a finding: text (one hash a line), CSV with a header, "
          "hashdeep, also .xz, or NSRL RDSv3 SQLite; repeatable [the built-in list]")
      ->type_name("FILE")
      ->allow_extra_args(false);
  sweep
      ->add_option(
          "--known-good", o.known_good,
          "Hash set whose hits are not scanned, and counted so; those of NSRL are tagged as "
          "known, and scanned; repeatable [none]")
      ->type_name("FILE")
      ->allow_extra_args(false);
  sweep->add_flag("--skip-known", o.skip_known,
                  "Don't scan what is known to NSRL, which holds attackers' tools, too");
  sweep->add_flag("--no-builtin-hash-sets", raw.no_builtin_hash_sets,
                  "Without the built-in list of bad hashes, and of the files Exchange shipped");
  sweep
      ->add_option("-t,--threads", o.threads,
                   "Worker threads; 0 works on the main thread alone [all cores]")
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  sweep
      ->add_option(
          "--scope", raw.scope,
          "What to scan, of allocated,deleted,ads,archives,slack,unallocated,system; or all of "
          "these; and efs, ciphertext as it is [allocated,deleted,ads,archives]")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
  sweep
      ->add_option("--volume", o.volumes,
                   "Only this volume, by the locator that `info` shows; repeatable "
                   "[all NTFS volumes]")
      ->allow_extra_args(false)
      ->type_name("LOCATOR");
  sweep->add_flag(
      "--skip-broken-rules", o.skip_broken_rules,
      "Go on without rule files that don't compile; the manifest lists them [refuse, exit 2]");
  sweep
      ->add_option(
          "--places", o.places,
          "Table of places and points in place of the built-in one; `rules explain` prints "
          "it [built-in]")
      ->type_name("FILE");
  sweep
      ->add_option("--log-rules", o.log_rules,
                   "Rules judged record by record in logs, by tag or name, with * and ?; "
                   "repeatable [tag log, any case]")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  sweep->add_option("--timeout", o.timeout_seconds, "Limit of scanning one stream [60]")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86400));
  sweep->add_option("--memory", raw.memory, "Bound on the content held at once [1GiB]")
      ->type_name("SIZE");
  sweep->add_flag("--no-export", raw.no_export,
                  "Keep no copies of matched streams below evidence/");
  sweep->add_option("--export-limit", raw.export_limit, "Largest copy of a matched stream [256MiB]")
      ->type_name("SIZE");
  sweep->add_flag("--no-prefilter", raw.no_prefilter,
                  "Hand every stream to libyara, for the same findings at a fraction of the speed");
  sweep
      ->add_option("--case-info", raw.case_info,
                   "TOML with case_number, exhibit, examiner, agency, notes, for the manifest "
                   "[none]")
      ->type_name("FILE");
  sweep
      ->add_option("--image-hash", raw.image_hash,
                   "Hash the whole media: none; stored, to compare with the hashes the image "
                   "stores, if any; sha256, to compute that too [stored]")
      ->type_name("HASH")
      ->check(CLI::IsMember({"none", "stored", "sha256"}));
  sweep
      ->add_option("--sign-key", raw.sweep.sign_key,
                   "Ed25519 private key in PEM that signs the manifest [unsigned]")
      ->type_name("FILE");
  sweep->add_flag("--fail-on-match", o.fail_on_match, "Exit 1 when there is a finding");
  sweep->add_option("--progress", raw.progress, "auto, bar, plain, json or none, on stderr [auto]")
      ->type_name("STYLE")
      ->check(CLI::IsMember({"auto", "bar", "plain", "json", "none"}));
  sweep
      ->add_option("--config", raw.config,
                   "Options from a TOML file, by their long names; the command line wins")
      ->type_name("FILE");
  sweep->footer(kSweepFooter);
}

void add_report(CLI::App& app, Raw& raw) {
  std::vector<std::string> names;
  std::string footer = "\nFormats:\n";
  for (const report::Format& format : report::formats()) {
    names.emplace_back(format.name);
    footer += fmt::format("  {:<11} {}\n", format.name, format.description);
  }
  CLI::App* command = app.add_subcommand(
      "report", "Make a report of a sealed case, in the format of other tools or for people");
  command->add_option("CASE", raw.report.case_folder, "Case folder")->required();
  command->add_option("--format", raw.report.format, "One of those below [a page for the terminal]")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(names));
  command
      ->add_option("-o,--output", raw.report.output,
                   "New file to write; an existing one is not overwritten [stdout]")
      ->type_name("FILE");
  command->footer(footer +
                  "\nA report is a function of the manifest alone. The case is checked first.\n"
                  "Exit status: 0 made; 2 wrong usage; 3 the case is not what was sealed; 4 no "
                  "sealed case there.");
}

void add_export(CLI::App& app, Raw& raw) {
  CLI::App* command = app.add_subcommand("export", "Hand a sealed case over");
  command->add_option("CASE", raw.exported.case_folder, "Case folder")->required();
  CLI::Option_group* ways = command->add_option_group("One of");
  ways->add_option("--bagit", raw.exported.bag,
                   "A bag of RFC 8493: manifest, report, evidence copies; a new or empty folder")
      ->type_name("DIR");
  CLI::Option* zip =
      ways->add_option("--zip", raw.exported.zip,
                       "The same as a new zip file, encrypted (AES-256) so that no virus scanner "
                       "takes copies out of it; 7z opens it, Info-ZIP's unzip can't")
          ->type_name("FILE");
  ways->require_option(1);
  command->add_option("--zip-password", raw.exported.password, "Its password [infected]")
      ->needs(zip)
      ->type_name("TEXT");
  command->footer("\nThe case is checked first.\n"
                  "Exit status: 0 made; 2 wrong usage; 3 the case is not what was sealed; 4 no "
                  "sealed case there, or a file that can't be written.");
}

void add_seal(CLI::App& app, Raw& raw) {
  CLI::App* command = app.add_subcommand(
      "seal", "Have the seal of a case time-stamped (RFC 3161), offline if need be");
  command->add_option("CASE", raw.seal.case_folder, "Case folder")->required();
  CLI::Option_group* ways = command->add_option_group("One of");
  ways->add_option("--timestamp-request", raw.seal.request,
                   "Write a request for a time stamp authority to this new file")
      ->type_name("FILE");
  ways->add_option("--timestamp-reply", raw.seal.reply,
                   "Check the authority's answer, and keep it with the case")
      ->type_name("FILE");
  ways->require_option(1);
  command->footer(
      "\nThe case is checked first.\n"
      "Exit status: 0 done; 2 wrong usage, or an answer that isn't for this case; 3 the "
      "case is not what was sealed; 4 no sealed case there.");
}

void add_others(CLI::App& app, Raw& raw) {
  CLI::App* info =
      app.add_subcommand("info", "Show what an image holds: container, partitions, volumes");
  info->add_option("IMAGE", raw.info.image, "Image, as for sweep")->required();
  info->add_flag("--json", raw.info.json, "As JSON");

  CLI::App* verify = app.add_subcommand(
      "verify", "Re-check a sealed case: seal, counts, evidence copies, signature, time stamp");
  verify->add_option("CASE", raw.verify.case_folder, "Case folder")->required();
  verify
      ->add_option("--image", raw.verify.image,
                   "Also read each finding anew from this image, as for sweep [the case alone]")
      ->type_name("IMAGE");
  verify
      ->add_option(
          "-r,--rules", raw.verify.rules,
          "With --image: the rules of the case, to be asked anew; repeatable [the built-in "
          "pack, where the case has it]")
      ->allow_extra_args(false)
      ->type_name("PATH");
  verify
      ->add_option("--public-key", raw.verify.public_key,
                   "Ed25519 public key in PEM that the signature must be of [not checked]")
      ->type_name("FILE");
  verify
      ->add_option("--timestamp-ca", raw.verify.authorities,
                   "Certificates in PEM that the time stamp must lead to [only that it is whole]")
      ->type_name("FILE");
  verify->add_flag("--json", raw.verify.json, "As JSON");
  verify->footer(
      "\nExit status: 0 all holds; 2 no such folder; 3 something differs, and the message "
      "names the first; 4 no sealed case there.");

  CLI::App* rules = app.add_subcommand("rules", "Look at rules without an image");
  rules->require_subcommand(1);
  CLI::App* check = rules->add_subcommand("check", "Compile rules and say what is wrong with them");
  CLI::App* list = rules->add_subcommand("list", "List rules with file, tags and hash of the file");
  CLI::App* explained = rules->add_subcommand(
      "explain", "Say for each rule what a stream must have for it to match and what it costs, "
                 "and what gives a finding its score: places and points");
  for (CLI::App* command : {check, list, explained}) {
    command
        ->add_option("-r,--rules", raw.rules.rules,
                     "Rule file, folder or compiled rules; repeatable [the built-in pack]")
        ->allow_extra_args(false)
        ->type_name("PATH");
    command
        ->add_option("--log-rules", raw.rules.log_rules,
                     "Rules judged record by record in logs, as for sweep [tag log, any case]")
        ->allow_extra_args(false)
        ->type_name("PATTERN");
    command->add_flag("--json", raw.rules.json, "As JSON");
  }
  for (CLI::App* command : {list, explained})
    command->add_flag("--skip-broken-rules", raw.rules.skip_broken,
                      "Go on with the rules of the files that compile");
  explained
      ->add_option("--places", raw.rules.places,
                   "Table of places and points, as for sweep [the built-in one]")
      ->type_name("FILE");
  explained->add_flag("--toml", raw.rules.toml,
                      "The table as it is written, to begin one's own with");
}

/// CLI11 would only say that a subcommand is missing.
void require_known_command(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with('-')) return;
  const std::vector<const CLI::App*> commands = app.get_subcommands(nullptr);
  const bool known = std::any_of(commands.begin(), commands.end(), [&](const CLI::App* command) {
    return command->get_name() == words.front();
  });
  if (!known)
    throw UsageError(
        fmt::format("{}: no such command\nRun with --help for more information.", words.front()));
}

} // namespace

Arguments parse_arguments(const std::vector<std::string>& words) {
  Raw raw;
  CLI::App app(kAbout, "coldsweep");
  app.set_version_flag("--version",
                       fmt::format("coldsweep {} ({})", tool_version(), tool_commit()));
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  add_sweep(app, raw);
  add_report(app, raw);
  add_export(app, raw);
  add_seal(app, raw);
  add_others(app, raw);
  require_known_command(app, words);
  try {
    std::vector<std::string> all = with_config_file(words);
    std::reverse(all.begin(), all.end()); // CLI11 takes a vector from its end
    app.parse(all);
    if (app.got_subcommand("sweep")) {
      finish_sweep(raw);
      return raw.sweep;
    }
    if (app.got_subcommand("info")) return raw.info;
    if (app.got_subcommand("verify")) {
      if (!raw.verify.rules.empty() && raw.verify.image.empty())
        throw UsageError("--rules: only with --image, which gives the content to ask them of");
      return raw.verify;
    }
    if (app.got_subcommand("report")) return raw.report;
    if (app.got_subcommand("seal")) return raw.seal;
    if (app.got_subcommand("export")) return raw.exported;
    raw.rules.list = app.get_subcommand("rules")->got_subcommand("list");
    raw.rules.explain = app.get_subcommand("rules")->got_subcommand("explain");
    return raw.rules;
  } catch (const CLI::ParseError& e) {
    std::ostringstream out, err;
    const int status = app.exit(e, out, err);
    if (status == 0) return PrintArguments{out.str()};
    throw UsageError(fmt::format("{}\nRun with --help for more information.", e.what()));
  }
}

} // namespace coldsweep
