// SPDX-License-Identifier: Apache-2.0
#include "recheck/rule_check.h"

#include "base/text.h"
#include "examine/externals.h"
#include "examine/member_log.h"
#include "examine/names_scan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using report::FindingRow;
using report::MatchRow;

bool is_judged_as_raw(const FindingRow& finding) {
  for (u8 number = 0; number <= static_cast<u8>(StreamKind::unattributed); ++number)
    if (const auto kind = static_cast<StreamKind>(number); finding.kind == name_of(kind))
      return is_raw(kind) || kind == StreamKind::strings_only;
  return false;
}

std::vector<Externals> names_of(const FindingRow& finding, const JudgedPlace& place) {
  return externals_of({.path = finding.path,
                       .stream_name = finding.stream,
                       .owner_sid = finding.owner_sid,
                       .links = finding.links,
                       .member = finding.member,
                       .unpacked_from = place.unpacked_from},
                      place.drive);
}

bool is_of(const FindingRow& finding, const Finding& judged) {
  const RuleRef* rule = std::get_if<RuleRef>(&judged.cause);
  const bool strings_only = judged.part && judged.part->kind == StreamKind::strings_only;
  return rule != nullptr && rule->name == finding.cause.name &&
         rule->file_sha256 == finding.cause.file_sha256 &&
         strings_only == (finding.kind == name_of(StreamKind::strings_only)) &&
         finding.log_line.has_value() == judged.log.has_value() &&
         (!judged.log || judged.log->line == finding.log_line);
}

bool has_match(const Finding& judged, const MatchRow& stated, u64 from) {
  return std::any_of(judged.matches.begin(), judged.matches.end(), [&](const Match& match) {
    return match.id == stated.id && match.offset + from == stated.offset &&
           match.length == stated.length && match.data == stated.data;
  });
}

} // namespace

RuleCheck::RuleCheck(const RuleSet& rules, std::chrono::seconds time)
    : scanner_(rules, Prefiltering::off), logs_(rules, Prefiltering::off), time_(time) {}

JudgedContent RuleCheck::judge(const FindingRow& finding, ByteView content,
                               const JudgedPlace& place) {
  std::vector<Externals> names = names_of(finding, place);
  const std::string type = file_type_label(content);
  const Deadline deadline(time_);
  const TimedScanner timed{scanner_, deadline};
  const bool raw = is_judged_as_raw(finding);
  const bool carved = finding.kind == name_of(StreamKind::carved);
  NamesScan scan =
      raw ? scan_raw_space(timed, content, names.front(), type)
          : scan_under_names(timed, content, carved ? std::span(names).first(1) : std::span(names),
                             type);
  JudgedContent judged;
  judged.findings = std::move(scan.findings);
  if (!scan.failures.empty()) judged.failure = scan.failures.front().message;
  if (raw || carved) return judged;
  std::string log_path = finding.path;
  if (finding.member) {
    const NamedLog name = named_log(finding.path, *finding.member);
    log_path = name.full_path();
    names = externals_of({.path = name.path,
                          .owner_sid = finding.owner_sid,
                          .member = name.member,
                          .unpacked_from = place.unpacked_from},
                         place.drive);
  }
  const std::optional<LogKind> log = log_kind(log_path, content);
  if (!log) return judged;
  LogExamination records = logs_.examine(content, *log, names, deadline);
  std::move(records.findings.begin(), records.findings.end(), std::back_inserter(judged.findings));
  if (!records.failed_rules.empty() && judged.failure.empty())
    judged.failure = records.failed_rules.front().message;
  if (records.failure && judged.failure.empty()) judged.failure = records.failure->message;
  return judged;
}

std::string RuleCheck::differing(const FindingRow& finding, std::span<const Finding> judged) {
  const auto found = std::find_if(judged.begin(), judged.end(),
                                  [&](const Finding& other) { return is_of(finding, other); });
  if (found == judged.end())
    return fmt::format("the rule {} does not match its content", printable(finding.cause.name));
  for (const MatchRow& match : finding.matches)
    if (!has_match(*found, match, finding.within_offset.value_or(0)))
      return fmt::format("the rule {} does not find {} at offset {}", printable(finding.cause.name),
                         printable(match.id), match.offset);
  return {};
}

} // namespace coldsweep
