// SPDX-License-Identifier: Apache-2.0
// `coldsweep report CASE`: a page for the terminal. The highest scores come first, and each list
// says how much it leaves out.
#include "base/text.h"
#include "report/fields.h"
#include "report/formats.h"
#include "report/heaviest.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

constexpr std::size_t kFindingsShown = 25, kCausesShown = 15, kIssuesShown = 15;
constexpr std::size_t kLongestText = 400;

std::string shown(std::string_view text) {
  std::string safe = printable(text.substr(0, kLongestText));
  return text.size() > kLongestText ? safe + "\xE2\x80\xA6" : safe;
}

/// `1 issue`, `2 issues`
std::string counted(u64 count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// What the examiner said about the case; empty if nothing.
std::string said_of_case(const SealedCase& sealed) {
  std::string lines;
  for (const auto& [name, value] : object_of(sealed.record, "info").items())
    if (!value.is_null())
      lines += fmt::format("  {:<11} {}\n", shown(name), shown(report::shown(value)));
  return lines.empty() ? "" : "CASE\n" + lines + "\n";
}

std::string examined(const SealedCase& sealed) {
  const Json& image = object_of(sealed.record, "image");
  const std::size_t segments = array_of(image, "segments").size();
  std::string page =
      fmt::format("EXAMINED\n  image    {}{}, {}, {} ({} bytes)\n", shown(sealed.image_name()),
                  segments > 1 ? fmt::format(" and {} more", segments - 1) : "",
                  shown(text_of(image, "format")), human_size(number_of(image, "size")),
                  number_of(image, "size"));
  for (const auto& [name, value] : object_of(image, "acquisition").items())
    if (!value.is_null())
      page += fmt::format("  {:<8} {}\n", shown(name), shown(report::shown(value)));
  if (member_of(image, "hash_match") != nullptr)
    page += fmt::format("  hash     {}\n",
                        flag_of(image, "hash_match")
                            ? "the media matches the hashes stored in the image"
                            : "THE MEDIA DOES NOT MATCH the hashes stored in the image");
  for (const VolumeRow& volume : sealed.volumes)
    page += fmt::format("  volume   {}  {}, {}, {}{}\n", shown(volume.locator),
                        shown(volume.filesystem), human_size(volume.size), shown(volume.status),
                        volume.note.empty() ? "" : ": " + shown(volume.note));
  u64 rules = 0;
  const Json& files = array_of(object_of(sealed.record, "rules"), "files");
  for (const Json& file : files) rules += number_of(file, "rules");
  page += fmt::format(
      "  rules    {} in {}\n  scanned  {}, {}\n", rules, counted(files.size(), "file"),
      counted(sealed.total.streams_scanned, "stream"), human_size(sealed.total.scanned));
  return page + fmt::format("  tool     coldsweep {} ({}), seal {}\n",
                            shown(sealed.case_text({"tool", "version"})),
                            shown(sealed.case_text({"tool", "commit"})), shown(sealed.seal_sha256));
}

std::string findings(const SealedCase& sealed) {
  std::string page = fmt::format("\nFINDINGS  {}\n",
                                 sealed.findings == 0 ? "none" : std::to_string(sealed.findings));
  if (sealed.findings == 0) return page;
  for (std::size_t i = 0; i < kWeights; ++i)
    if (sealed.weights.at(i) > 0)
      page += fmt::format("  {:>6}  {}\n", sealed.weights.at(i), name_of(static_cast<Weight>(i)));
  if (sealed.strings_only > 0)
    page += fmt::format("  {} of these of kind strings_only: strings of a rule in raw space, where "
                        "its condition can't be evaluated\n",
                        sealed.strings_only);
  page += "\n  score  finding\n";
  for (const FindingRow& finding : heaviest_findings(sealed, kFindingsShown)) {
    page += fmt::format("  {:>5}  {}:{}{}\n         {}{}{}\n",
                        finding.score ? std::to_string(*finding.score) : "-",
                        shown(sealed.locator(finding.volume)), shown(full_name(finding)),
                        finding.allocated ? "" : "  (deleted)", shown(finding.cause.name),
                        finding.place.empty() ? "" : ", " + shown(finding.place),
                        finding.log_line ? fmt::format(", line {}", *finding.log_line) : "");
    for (const std::string& caveat : finding.caveats)
      page += fmt::format("         note: {}\n", shown(caveat));
  }
  if (sealed.findings > kFindingsShown)
    page += fmt::format("         and {} more\n", sealed.findings - kFindingsShown);
  return page;
}

std::string by_cause(const SealedCase& sealed) {
  if (sealed.findings <= kFindingsShown) return {};
  std::vector<std::pair<std::string, u64>> causes;
  for (const auto& [name, count] : sealed.causes) causes.emplace_back(name, count.findings);
  std::stable_sort(causes.begin(), causes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string page = "\nBY RULE\n";
  for (std::size_t i = 0; i < std::min(causes.size(), kCausesShown); ++i)
    page += fmt::format("  {:>6}  {}\n", causes[i].second, shown(causes[i].first));
  if (causes.size() > kCausesShown)
    page += fmt::format("          and {} more\n", causes.size() - kCausesShown);
  return page;
}

std::string not_looked_at(const SealedCase& sealed) {
  std::string page = "\nNOT LOOKED AT\n";
  const std::size_t heading = page.size();
  for (const VolumeRow& volume : sealed.volumes)
    if (volume.status != "swept")
      page += fmt::format("  volume {} ({}, {}): {}\n", shown(volume.locator),
                          shown(volume.filesystem), human_size(volume.size), shown(volume.status));
  const CoverageRow& total = sealed.total;
  if (total.skipped > 0) page += fmt::format("  {} skipped\n", human_size(total.skipped));
  for (const auto& [reason, bytes] : total.skipped_by)
    page += fmt::format("    {}: {}\n", shown(reason), human_size(bytes));
  if (total.unreadable > 0) page += fmt::format("  {} unreadable\n", human_size(total.unreadable));
  if (total.streams_skipped + total.streams_failed > 0)
    page += fmt::format("  {} skipped, {} failed\n", counted(total.streams_skipped, "stream"),
                        total.streams_failed);
  const std::size_t rejected = array_of(object_of(sealed.record, "rules"), "rejected").size();
  if (rejected > 0) page += fmt::format("  {} left out\n", counted(rejected, "rule file"));
  if (page.size() == heading) page += "  nothing that was planned\n";
  if (total.space.size > 0) {
    page += fmt::format("  of {} on the swept volumes:\n", human_size(total.space.size));
    for (const auto& [what, bytes] : total.space.parts())
      page += fmt::format("    {}: {}\n", shown(what), human_size(bytes));
  }
  page += "  scope:";
  for (const Json& name : array_of(sealed.record, "scope"))
    page += " " + shown(report::shown(name));
  return page + "; nothing else was planned\n";
}

std::string issues(const SealedCase& sealed) {
  std::string page =
      fmt::format("\nISSUES  {}\n", sealed.issues == 0 ? "none" : std::to_string(sealed.issues));
  for (const auto& [kind, count] : sealed.issue_kinds)
    page += fmt::format("  {:>6}  {} ({})\n", count.issues, shown(kind), human_size(count.bytes));
  std::size_t listed = 0;
  sealed.for_each_issue([&](const IssueRow& issue) {
    if (++listed > kIssuesShown) return;
    page += fmt::format("  {}: {}{}{}\n", shown(issue.kind), shown(issue.path),
                        issue.path.empty() ? "" : ": ", shown(issue.message));
  });
  if (listed > kIssuesShown) page += fmt::format("  and {} more\n", listed - kIssuesShown);
  return page;
}

} // namespace

void write_terminal_page(const SealedCase& sealed, const Output& output) {
  output(said_of_case(sealed));
  output(examined(sealed));
  output(findings(sealed));
  output(by_cause(sealed));
  output(not_looked_at(sealed));
  output(issues(sealed));
}

} // namespace coldsweep::report
