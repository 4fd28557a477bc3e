// SPDX-License-Identifier: Apache-2.0
#include "cli/explain_places.h"

#include "base/file.h"
#include "base/text.h"
#include "weigh/place_table.h"
#include "yara-rules/builtin_places.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr const char* kIntroduction =
    R"(A finding's score is a sum, limited to 0 to 100; the finding's `why` lists what was added.
It says which findings to look at first. It is not a probability.

It begins with the rule's own `score` (0 to 100). If the rule has none:
    severity, threat_level    critical 90, high 75, medium 50, low 30, info 10; a number up to 10 counts tens
)";

void print_row(int points, const std::string& what) { fmt::print("{:>+6}    {}\n", points, what); }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : "  ") + (word.empty() ? "(none)" : printable(word));
  return text;
}

std::string shown(const PathPattern& pattern) {
  std::string path;
  for (const std::string& part : pattern)
    path += (path.empty() && part == "**" ? "" : "/") + printable(part);
  return path;
}

void print_reasons(const PlaceTable& table) {
  const PlaceTable::Reasons& r = table.reasons;
  print_row(r.no_score, "none of these");
  print_row(r.known_bad, "no rule: the content is on a list of known bad files");
  print_row(r.unknown_in_web_root,
            "no rule: a file in a web folder of Exchange that no build shipped");
  print_row(r.foreign_content, "no rule: a shipped name there, but content that no build shipped");
  print_row(r.known, "known software, not known to be good");
  for (const auto& [name, points] : table.anomalies)
    print_row(points, "no rule, but an anomaly: " + printable(name));
  fmt::print("\nThen, in any place:\n");
  print_row(r.deleted, "deleted: the MFT record is not in use");
  print_row(r.slack, "in slack, in unallocated space, or in clusters that other files use now");
  print_row(r.strings_only,
            "only strings of the rule, in raw space, where its condition can't be evaluated");
  print_row(r.mismatch, "the content is not what the extension says");
  print_row(r.look_alike, "the name resembles a shipped one, see below");
  print_row(r.random_name,
            "eight random letters and digits with .aspx, in a folder that is served");
  print_row(
      r.near,
      fmt::format("created within {} minutes of another file with a finding of {} or more; for "
                  "findings of {} or more; unless there are more than {} such files",
                  table.near.minutes, table.near.beside, table.near.from, table.near.most));
}

void print_place(const PlaceRow& row) {
  fmt::print("{:>+6}    {}: {}{}\n", row.points, row.name, printable(row.what),
             row.served ? " (served)" : "");
  for (const PathPattern& path : row.paths) fmt::print("              {}\n", shown(path));
  if (!row.extensions.empty())
    fmt::print("              {}with extension  {}\n", row.text ? "text, " : "",
               joined(row.extensions));
  else if (row.text)
    fmt::print("              text only\n");
  if (row.contains.empty()) return;
  std::vector<std::string> quoted;
  for (const std::string& words : row.contains) quoted.push_back("\"" + words + "\"");
  fmt::print("              text with {}  {}\n",
             row.at_least == row.contains.size() ? "all of" : fmt::format("{} of", row.at_least),
             joined(quoted));
}

} // namespace

void explain_places(const std::optional<std::filesystem::path>& file, bool as_written) {
  const PlaceTable table = PlaceTable::load(file);
  if (as_written) {
    if (file)
      fmt::print("{}", read_text(*file));
    else
      fmt::print("{}", builtin_places());
    return;
  }
  fmt::print("{}", kIntroduction);
  print_reasons(table);
  fmt::print(
      "\nThen the place: the first that fits. If a file has several names, the one with the most "
      "points counts:\n");
  for (const PlaceRow& row : table.places) print_place(row);
  print_row(0, "other: everything else");
  fmt::print("\nNames that resemble shipped ones:\n");
  for (const LookAlike& like : table.look_alikes)
    fmt::print("          {}: {}\n", printable(like.of), joined(like.names));
  fmt::print("\nTable: {}, SHA-256 {}\n", file ? printable(file->string()) : "built-in",
             table.sha256);
}

} // namespace coldsweep
