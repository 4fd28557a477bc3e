// SPDX-License-Identifier: Apache-2.0
#include "cli/findings_summary.h"

#include "base/text.h"
#include "manifest/record.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kCausesShown = 4; // per stream
constexpr std::size_t kRulesShown = 10;

const char* plural(u64 count) { return count == 1 ? "" : "s"; }

std::string bands_of(const Ranking& ranking) {
  constexpr std::array names{"of 80 or more", "of 60 to 79", "of 40 to 59", "below 40"};
  static_assert(names.size() == kScoreBands.size() + 1);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", ranking.bands().at(i), names.at(i));
  return text;
}

std::string causes_of(const RankedStream& stream) {
  std::string text;
  for (std::size_t i = 0; i < std::min(stream.causes.size(), kCausesShown); ++i)
    text += (text.empty() ? "" : ", ") + printable(stream.causes[i]);
  if (stream.causes.size() > kCausesShown)
    text += fmt::format(" and {} more", stream.causes.size() - kCausesShown);
  return text;
}

std::string why_of(const RankedStream& stream) {
  std::string text;
  for (const Reason& reason : stream.why)
    text += text.empty() ? fmt::format("{} {}", reason.points, printable(reason.reason))
                         : fmt::format(", {:+} {}", reason.points, printable(reason.reason));
  return text;
}

std::string path_of(const RankedStream& stream) {
  std::string text = printable(stream.path);
  if (!stream.stream_name.empty()) text += ":" + printable(stream.stream_name);
  if (stream.member) text += "!/" + printable(*stream.member);
  return text;
}

void print_stream(const RankedStream& stream) {
  fmt::print("\n{:>5}  {}\n", stream.score, path_of(stream));
  fmt::print("       {}\n", causes_of(stream));
  const std::string created = iso_time(stream.created).value_or("");
  const bool of_a_file = stream.stream.record < kNoRecord;
  const char* state = !of_a_file ? ", unallocated" : stream.allocated ? "" : ", deleted";
  fmt::print("       {}{}{}{}\n", stream.place.value_or("other"), state,
             created.empty() ? "" : ", created " + created.substr(0, 19) + "Z",
             of_a_file ? fmt::format(", MFT record {}", stream.stream.record) : "");
  fmt::print("       why: {}\n", why_of(stream));
}

void print_rules(const SealSummary& seal) {
  std::vector<std::pair<std::string, u64>> rules(seal.findings_by_cause.begin(),
                                                 seal.findings_by_cause.end());
  std::stable_sort(rules.begin(), rules.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  fmt::print("\nFindings by rule:\n");
  for (std::size_t i = 0; i < std::min(rules.size(), kRulesShown); ++i)
    fmt::print("  {:>6}  {}\n", rules[i].second, printable(rules[i].first));
  if (rules.size() > kRulesShown) fmt::print("  and {} more rules\n", rules.size() - kRulesShown);
}

constexpr const char* kHowToJudge = R"(
How to read this:
  The score says what to look at first; it is not a verdict. 80 or more: look now. 60 or more: look at
  each. 40 or more: there may be another explanation. Below 40: mostly texts about attacks, or already
  removed. The place says whether it could run: a page in a served folder can be called from outside, a
  deleted one could have been, a document or a copy in a quarantine can't. An intruder can set times.
  Look at the bytes before you draw conclusions: `locate` of each finding is a command that shows them
  without coldsweep, and evidence/ has a copy. `coldsweep rules explain` shows all points.
)";

} // namespace

void print_findings(const SealSummary& seal, const std::filesystem::path& case_folder) {
  if (seal.findings == 0) {
    fmt::print("Findings: none\n");
    return;
  }
  const Ranking& ranking = seal.ranking;
  fmt::print("Findings: {} in {} stream{}: {}\n", seal.findings - ranking.strings_only(),
             ranking.streams(), plural(ranking.streams()), bands_of(ranking));
  if (ranking.strings_only() > 0)
    fmt::print("  and {} more of kind strings_only: strings of a rule in raw space, where its "
               "condition can't be evaluated\n",
               ranking.strings_only());
  for (const RankedStream& stream : ranking.highest()) print_stream(stream);
  const u64 left = ranking.streams() - ranking.highest().size();
  if (left > 0)
    fmt::print("\n  and {} more stream{} with lower scores, in {}\n", left, plural(left),
               (case_folder / "manifest.jsonl").string());
  print_rules(seal);
  fmt::print("{}\n", kHowToJudge);
}

} // namespace coldsweep
