// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_options.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/case_info_file.h"
#include "cli/suggestion.h"

#include <algorithm>
#include <map>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr const char* kFooter = R"(
Examples:
  coldsweep sweep server.E01 -o case-17
  coldsweep sweep disk.001 -o case-17 -r signature-base/yara --skip-broken-rules
  coldsweep sweep disk.raw -o case-17 -r mine.yar --volume p2 -t 8

Exit status:
  0  complete, with or without findings
  1  complete, with findings, under --fail-on-match
  2  wrong usage, or rules that do not compile
  3  sealed but incomplete: the manifest lists what could not be read or scanned
  4  no sealed case, or one that could not be signed as requested
  129, 130, 143  stopped by SIGHUP, SIGINT or SIGTERM; what was done is kept in the case folder)";

u64 size_option(const char* name, const std::string& text) {
  const std::optional<u64> size = parse_size(text);
  if (!size || *size == 0)
    throw UsageError(fmt::format("{} {}: expected a size such as 512MiB or 2GiB", name, text));
  return *size;
}

std::vector<std::string> names_of(const std::map<std::string, bool*>& scopes) {
  std::vector<std::string> names{"all"};
  for (const auto& [name, flag] : scopes) names.push_back(name);
  return names;
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
      throw UsageError(fmt::format("--scope {}: expected allocated, deleted, ads, archives, slack, "
                                   "unallocated, system, efs or all{}",
                                   name, did_you_mean(name, names_of(known))));
    *found->second = true;
  }
  if (!scope.allocated && !scope.deleted && !scope.slack && !scope.unallocated && !scope.system)
    throw UsageError("--scope: `ads`, `archives` and `efs` only extend a scope; name at least one "
                     "of the others too");
  return scope;
}

void add_input(CLI::App& sweep, SweepOptions& o) {
  sweep
      .add_option("IMAGE", o.image,
                  "Image: raw, split raw, E01, VMDK or VHD. For a split image, give only the first "
                  "segment, or all in order")
      ->required();
  sweep
      .add_option("--ddrescue-map", o.ddrescue_map,
                  "The map that ddrescue kept of a raw image: what it could not read is reported, "
                  "not scanned as zeros")
      ->type_name("FILE");
  sweep.add_option("-o,--output", o.output, "Case folder; must be new or empty")
      ->required()
      ->type_name("DIR");
  sweep
      .add_option("-r,--rules", o.rules,
                  "Rule file, folder of rules (recursive *.yar, *.yara) or compiled rules; "
                  "repeatable [the built-in pack]")
      ->allow_extra_args(false)
      ->type_name("PATH");
}

void add_hash_sets(CLI::App& sweep, GivenSweep& given) {
  SweepOptions& o = given.arguments.options;
  sweep
      .add_option("--known-bad", o.known_bad,
                  "Hash set of bad files; every hit is a finding. Text (one hash per line), CSV "
                  "with a header or hashdeep, each also as .xz, or NSRL RDSv3 SQLite; repeatable "
                  "[the built-in list]")
      ->type_name("FILE")
      ->allow_extra_args(false);
  sweep
      .add_option("--known-good", o.known_good,
                  "Hash set of good files; hits are counted, but not scanned. Hits in NSRL are "
                  "tagged as known, and scanned; repeatable [none]")
      ->type_name("FILE")
      ->allow_extra_args(false);
  sweep.add_flag("--skip-known", o.skip_known,
                 "Don't scan files that NSRL lists; it lists attackers' tools too");
  sweep.add_flag("--no-builtin-hash-sets", given.no_builtin_hash_sets,
                 "Don't use the built-in lists of bad hashes and of files shipped with Exchange");
}

void add_selection(CLI::App& sweep, GivenSweep& given) {
  SweepOptions& o = given.arguments.options;
  o.threads = std::max(1u, std::thread::hardware_concurrency());
  sweep
      .add_option("-t,--threads", o.threads,
                  "Worker threads; 0 uses only the main thread [all cores]")
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  sweep
      .add_option(
          "--scope", given.scope,
          "What to scan: any of allocated,deleted,ads,archives,slack,unallocated,system, or all "
          "for all of these; efs adds ciphertext as it is [allocated,deleted,ads,archives]")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
  sweep
      .add_option("--volume", o.volumes,
                  "Sweep only this volume, named by its locator as in `info`; repeatable "
                  "[all NTFS volumes]")
      ->allow_extra_args(false)
      ->type_name("LOCATOR");
  add_volume_search(sweep, o.volume_at, o.find_volumes);
}

void add_rule_handling(CLI::App& sweep, SweepOptions& o) {
  sweep.add_flag(
      "--skip-broken-rules", o.skip_broken_rules,
      "Leave out rule files that don't compile; the manifest lists them [refuse, exit 2]");
  sweep
      .add_option("--places", o.places,
                  "Table of places and points to use instead of the built-in one, which "
                  "`rules explain` prints [built-in]")
      ->type_name("FILE");
  sweep
      .add_option("--log-rules", o.log_rules,
                  "Rules to evaluate on each record of a log, by tag or name, with * and ?; "
                  "repeatable [tag log, any case]")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  add_rule_reading(sweep, o.define, o.one_namespace);
}

void add_limits(CLI::App& sweep, GivenSweep& given) {
  SweepOptions& o = given.arguments.options;
  sweep
      .add_option("--timeout", o.timeout_seconds,
                  "Time limit for one stream and all in it; 0: none [60]")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 86400));
  sweep
      .add_option("--memory", given.memory,
                  "Limit for content and search databases in memory [1GiB]")
      ->type_name("SIZE");
  sweep.add_flag("--no-export", given.no_export,
                 "Don't keep copies of matched streams in evidence/");
  sweep
      .add_option("--export-limit", given.export_limit,
                  "Don't copy matched streams larger than this [256MiB]")
      ->type_name("SIZE");
  sweep.add_flag("--no-prefilter", given.no_prefilter,
                 "Scan every stream with libyara: the same findings, but much slower");
}

void add_record(CLI::App& sweep, GivenSweep& given) {
  sweep
      .add_option("--case-info", given.case_info,
                  "TOML file with case_number, exhibit, examiner, agency and notes, to record in "
                  "the manifest [none]")
      ->type_name("FILE");
  sweep
      .add_option("--image-hash", given.image_hash,
                  "Hash the whole media: none; stored, to check the hashes stored in the image, if "
                  "any; sha256, to compute SHA-256 too [stored]")
      ->type_name("HASH")
      ->check(CLI::IsMember({"none", "stored", "sha256"}));
  sweep
      .add_option("--sign-key", given.arguments.sign_key,
                  "Ed25519 private key in PEM to sign the manifest with [unsigned]")
      ->type_name("FILE");
}

void add_conduct(CLI::App& sweep, GivenSweep& given) {
  sweep.add_flag("--fail-on-match", given.arguments.options.fail_on_match,
                 "Exit with status 1 if there are findings");
  sweep
      .add_option("--progress", given.progress,
                  "Progress on stderr: auto, bar, plain, json or none [auto]")
      ->type_name("STYLE")
      ->check(CLI::IsMember({"auto", "bar", "plain", "json", "none"}));
  sweep
      .add_option("--config", given.config,
                  "TOML file with options, by their long names; the command line takes precedence")
      ->type_name("FILE");
}

} // namespace

void add_volume_search(CLI::App& command, std::vector<u64>& at, bool& every_sector) {
  command
      .add_option("--volume-at", at,
                  "An NTFS volume begins at this offset of the media, whatever the partition table "
                  "says; repeatable")
      ->allow_extra_args(false)
      ->type_name("OFFSET");
  command.add_flag("--find-volumes", every_sector,
                   "Look for NTFS volumes in every sector outside of the known volumes, not only "
                   "where partitioning tools put them");
}

void add_rule_reading(CLI::App& command, std::vector<std::string>& define, bool& one_namespace) {
  command
      .add_option("--define", define,
                  "External variable for the rules: digits are an integer, with a point a float; "
                  "true and false are booleans, all else is a string; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command.add_flag(
      "--one-namespace", one_namespace,
      "Load the rule files as one, so that they may refer to each other's rules; global "
      "rules then apply to all [each on its own]");
}

void add_sweep(CLI::App& app, GivenSweep& given) {
  CLI::App& sweep =
      *app.add_subcommand("sweep", "Scan every stream of an image and write a sealed case");
  // This is the order of the help.
  add_input(sweep, given.arguments.options);
  add_hash_sets(sweep, given);
  add_selection(sweep, given);
  add_rule_handling(sweep, given.arguments.options);
  add_limits(sweep, given);
  add_record(sweep, given);
  add_conduct(sweep, given);
  sweep.footer(kFooter);
}

SweepArguments sweep_arguments(const GivenSweep& given) {
  SweepArguments arguments = given.arguments;
  SweepOptions& options = arguments.options;
  options.scope = parse_scope(given.scope);
  options.memory = size_option("--memory", given.memory);
  if (options.memory < 16_MiB)
    throw UsageError(fmt::format("--memory {}: expected at least 16MiB", given.memory));
  options.export_limit = size_option("--export-limit", given.export_limit);
  options.export_matched = !given.no_export;
  options.builtin_hash_sets = !given.no_builtin_hash_sets;
  options.prefilter = !given.no_prefilter;
  const std::map<std::string, ProgressStyle> styles{{"auto", ProgressStyle::automatic},
                                                    {"bar", ProgressStyle::bar},
                                                    {"plain", ProgressStyle::plain},
                                                    {"json", ProgressStyle::json},
                                                    {"none", ProgressStyle::none}};
  const std::map<std::string, ImageHash> hashes{
      {"none", ImageHash::none}, {"stored", ImageHash::stored}, {"sha256", ImageHash::sha256}};
  options.image_hash = hashes.at(given.image_hash);
  if (given.case_info) options.case_info = read_case_info(*given.case_info);
  options.progress = styles.at(given.progress);
  return arguments;
}

} // namespace coldsweep
