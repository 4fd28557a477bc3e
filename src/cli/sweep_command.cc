// SPDX-License-Identifier: Apache-2.0
// `coldsweep sweep`: loads the rules, sweeps, and summarizes the result in a few lines.
#include "cli/commands.h"

#include "base/cache_folder.h"
#include "base/error.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/findings_summary.h"
#include "cli/messages.h"
#include "cli/progress_display.h"
#include "cli/report_file.h"
#include "cli/stop_signals.h"
#include "manifest/file_list.h"
#include "manifest/record.h"
#include "manifest/signature.h"
#include "rules/rule_set.h"
#include "sweep/case_folder.h"
#include "sweep/memory_shares.h"
#include "sweep/sweep.h"
#include "yara-rules/builtin_rules.h"
#include "yara-rules/hash-sets/builtin_hash_sets.h"

#include <cstdio>
#include <system_error>

#include <fmt/format.h>

namespace coldsweep {
namespace {

RuleSet load_rules(const SweepOptions& options) {
  const RuleLoadOptions load{options.skip_broken_rules,
                             options.log_rules,
                             user_cache_folder(),
                             share_memory(options).rules,
                             parse_definitions(options.define),
                             options.one_namespace};
  if (options.rules.empty()) return RuleSet::load_builtin(builtin_rules(), load);
  return RuleSet::load(options.rules, load);
}

HashSets load_hash_sets(const SweepOptions& options) {
  HashSets sets =
      HashSets::load({options.known_bad, options.known_good,
                      options.builtin_hash_sets ? builtin_hash_sets() : BuiltinHashSets{}});
  for (const HashSetRecord& set : sets.records())
    for (const std::string& note : set.notes)
      tell(fmt::format("hash set {} ({}): {}", printable(set.name), set.role, printable(note)));
  return sets;
}

void print_space(const SpaceAccount& space) {
  if (space.size == 0) return;
  std::string parts;
  for (const auto& [what, bytes] : space.parts())
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", human_size(bytes), what);
  fmt::print("  of {} on the volumes and between them: {}\n", human_size(space.size), parts);
}

void print_not_looked_at(const SweepResult& result) {
  const SealSummary& seal = *result.seal;
  fmt::print("Not looked at: {} skipped, {} unreadable\n", human_size(seal.bytes.skipped),
             human_size(seal.bytes.unreadable));
  for (const auto& [reason, bytes] : seal.bytes.skipped_by)
    fmt::print("  {}: {}\n", reason, human_size(bytes));
  print_space(seal.space);
  for (const auto& [kind, count] : seal.issues_by_kind)
    fmt::print("  {} issue{} of kind {}\n", count, count == 1 ? "" : "s", kind);
  for (const std::string& note : result.notes) fmt::print("  {}\n", printable(note));
}

void print_logs(const SealSummary& seal) {
  if (seal.logs.empty()) return;
  const auto time = [](u64 ticks) { return iso_time(ticks).value_or("?").substr(0, 19); };
  fmt::print("Logs, scanned record by record:\n");
  for (const auto& [family, logs] : seal.logs) {
    const std::string span = logs.oldest && logs.newest
                                 ? fmt::format("{} to {}", time(*logs.oldest), time(*logs.newest))
                                 : "no record states a time";
    fmt::print("  {} ({} file{}): {}\n", printable(family), logs.files, logs.files == 1 ? "" : "s",
               span);
  }
}

void print_case_info(const std::optional<CaseInfo>& info) {
  if (!info) return;
  const auto print = [](const char* name, const std::optional<std::string>& text) {
    if (text) fmt::print("  {:<11} {}\n", name, printable(*text));
  };
  print("case_number", info->case_number);
  print("exhibit", info->exhibit);
  print("examiner", info->examiner);
  print("agency", info->agency);
}

void print_media_hashes(const SweepResult& result) {
  for (const auto& [name, hash] : result.media_hashes) fmt::print("Media {}: {}\n", name, hash);
  if (result.hash_match)
    fmt::print("The media {} the hashes stored in the image.\n",
               *result.hash_match ? "matches" : "DOES NOT MATCH");
}

void print_summary(const SweepOptions& options, const SweepResult& result, const Progress& progress,
                   const std::string& report_problem) {
  const SealSummary& seal = *result.seal;
  fmt::print("Case: {}\n", options.output.string());
  print_case_info(options.case_info);
  fmt::print("Scanned: {} streams, {} ({} sparse) on {} volume{}\n", seal.streams.scanned,
             human_size(seal.bytes.scanned), human_size(seal.bytes.sparse), result.swept_volumes,
             result.swept_volumes == 1 ? "" : "s");
  const FilterCounts filtered = progress.filter_counts();
  fmt::print("Prefilter: no rule could match in {} streams ({}); libyara scanned {} ({})",
             filtered.decided.calls, human_size(filtered.decided.bytes), filtered.scanned.calls,
             human_size(filtered.scanned.bytes));
  if (filtered.repeated.calls > 0)
    fmt::print("; {} ({}) {} identical to one of these", filtered.repeated.calls,
               human_size(filtered.repeated.bytes), filtered.repeated.calls == 1 ? "was" : "were");
  fmt::print("\n");
  print_findings(seal, options.output);
  print_logs(seal);
  print_media_hashes(result);
  print_not_looked_at(result);
  fmt::print("Sealed: {} records, SHA-256 {}\n", seal.records, seal.sha256);
  if (report_problem.empty())
    fmt::print("Report: {}\n", (options.output / "report.html").string());
  else
    fmt::print("Report: not written ({}). The case is sealed nevertheless, and `coldsweep report` "
               "can make a report\n",
               report_problem);
}

/// Why there is no page; empty if there is one. The case is complete without it.
std::string write_page(const std::filesystem::path& folder, const StopFlag& stop) {
  try {
    write_report_file(report::SealedCase(folder, &stop), "html", folder / "report.html",
                      kPrivateFile);
    stop.check();
    write_file_list(folder);
    return {};
  } catch (const Error& e) {
    return e.what();
  } catch (const Stopped& e) {
    return e.what();
  }
}

void tell_rejected(const RuleSet& rules) {
  for (const RejectedRules& rejected : rules.record().rejected)
    tell(fmt::format("rules left out: {}: {}", printable(place_of(rejected)),
                     printable(rejected.message)));
}

/// What was asked for, but isn't there. The case is sealed nevertheless.
void sign(const SigningKey& key, const std::filesystem::path& folder) {
  try {
    key.sign(folder);
  } catch (const Error& e) {
    throw Error(
        fmt::format("the case in {} is sealed, but not signed: {}", folder.string(), e.what()));
  }
}

int status_of(const SweepOptions& options, const SweepResult& result) {
  if (result.incomplete) return 3;
  return options.fail_on_match && result.seal->findings > 0 ? 1 : 0;
}

/// Whether the summary could be written to stdout.
bool print_all(const SweepOptions& options, const SweepResult& result, const Progress& progress,
               const std::string& report_problem) {
  try {
    print_summary(options, result, progress, report_problem);
  } catch (const std::system_error&) {
    return false;
  }
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

void tell_warnings(const SweepResult& result) {
  if (result.hash_match == false)
    tell("WARNING: the media does not have the hash that is stored in the image; the manifest has "
         "both, in the issues of stage `hash`");
  if (result.incomplete)
    tell(result.swept_volumes == 0
             ? "nothing was swept: the image has no NTFS volume that can be read"
             : "incomplete: the issues in the manifest list what could not be read or scanned");
}

} // namespace

int run_sweep(const SweepArguments& arguments) {
  const SweepOptions& options = arguments.options;
  Progress progress;
  StopSignals signals(progress, options.output);
  const RuleSet rules = load_rules(options);
  tell_rejected(rules);
  const HashSets hash_sets = load_hash_sets(options);
  std::optional<SigningKey> key; // loaded first: a wrong key must not cost hours
  if (arguments.sign_key) key.emplace(SigningKey::load(*arguments.sign_key));
  check_case_folder(options.output);
  const Evidence evidence = open_evidence(options, signals.flag());
  SweepResult result;
  {
    const ProgressDisplay display(progress, options.progress); // begins a thread
    result = sweep_image(evidence.image, evidence.volumes, options, rules,
                         {progress, signals.flag(), &hash_sets});
  }
  if (!result.seal) {
    tell(fmt::format("stopped; {} of {} streams are done and kept in {}, but it is not sealed",
                     progress.streams_done.load(), progress.streams_planned.load(),
                     printable(options.output.string())));
    return signals.status();
  }
  if (key) sign(*key, options.output);
  const int status = status_of(options, result);
  signals.case_is_sealed(status);
  for (const RejectedRules& rejected : rules.record().rejected)
    result.notes.push_back(fmt::format(
        "rule file {} was left out: {}{}", rejected.path,
        rejected.line == 0 ? "" : fmt::format("line {}: ", rejected.line), rejected.message));
  const std::string report_problem = write_page(options.output, signals.flag());
  if (!report_problem.empty())
    tell(fmt::format("the case is sealed, but report.html or files.sha256 is missing: {}",
                     printable(report_problem)));
  if (!result.run_problem.empty())
    tell(fmt::format("the case is sealed, but run.json is missing: {}",
                     printable(result.run_problem)));
  if (!print_all(options, result, progress, report_problem))
    tell("the case is sealed, but the summary can't be written to stdout");
  tell_warnings(result);
  return status;
}

} // namespace coldsweep
