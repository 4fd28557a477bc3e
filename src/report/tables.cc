// SPDX-License-Identifier: Apache-2.0
// CSV and flat JSON lines: one row per finding, with the same columns in both.
#include "base/text.h"
#include "report/fields.h"
#include "report/formats.h"
#include "report/text_forms.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep::report {
namespace {

template <typename T> Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string why_text(const FindingRow& finding) {
  std::string text;
  for (const ReasonRow& why : finding.why)
    text += fmt::format("{}{} ({:+})", text.empty() ? "" : "; ", why.reason, why.points);
  return text;
}

void add_times(Json& row, const FindingRow& finding) {
  constexpr std::array names{"created", "modified", "mft_modified", "accessed"};
  for (const auto& [prefix, times] : {std::pair{"si", &finding.si}, {"fn", &finding.fn}})
    for (std::size_t i = 0; i < names.size(); ++i)
      row[fmt::format("{}_{}", prefix, names.at(i))] = or_null(times->at(i));
}

void add_first_match(Json& row, const FindingRow& finding) {
  const MatchRow first = finding.matches.empty() ? MatchRow{} : finding.matches.front();
  const bool any = !finding.matches.empty();
  row["matches"] = finding.matches.size();
  row["match_id"] = or_null(first.id);
  row["match_offset"] = any ? Json(first.offset) : Json(nullptr);
  row["match_length"] = any ? Json(first.length) : Json(nullptr);
  row["match_media_offset"] = or_null(first.media_offset);
  row["match_data"] = or_null(first.data);
}

/// The columns, in order. Only texts, numbers, booleans and nulls.
Json row_of(const SealedCase& sealed, const FindingRow& finding) {
  Json row{{"number", finding.number},
           {"score", or_null(finding.score)},
           {"weight", name_of(weight_of(finding.score))},
           {"cause", finding.cause.kind},
           {"name", finding.cause.name},
           {"namespace", or_null(finding.cause.name_space)},
           {"description", or_null(finding.cause.detail)},
           {"hash_set", or_null(finding.cause.set)},
           {"tags", or_null(fmt::format("{}", fmt::join(finding.cause.tags, " ")))},
           {"volume", sealed.locator(finding.volume)},
           {"path", finding.path},
           {"stream", or_null(finding.stream)},
           {"member", or_null(finding.member)},
           {"links", or_null(fmt::format("{}", fmt::join(finding.links, "; ")))},
           {"kind", finding.kind},
           {"allocated", finding.allocated},
           {"size", finding.size},
           {"encoding", finding.encoding},
           {"record", or_null(finding.record)},
           {"sequence", finding.sequence},
           {"attribute_id", finding.attribute_id},
           {"place", or_null(finding.place)},
           {"why", or_null(why_text(finding))},
           {"notes", or_null(fmt::format("{}", fmt::join(finding.caveats, "; ")))},
           {"known", or_null(finding.known)},
           {"log_line", or_null(finding.log_line)},
           {"log_time", or_null(finding.log_time)},
           {"owner_sid", or_null(finding.owner_sid)},
           {"md5", or_null(finding.md5)},
           {"sha1", or_null(finding.sha1)},
           {"sha256", or_null(finding.sha256)}};
  add_times(row, finding);
  add_first_match(row, finding);
  row["rule_file"] = or_null(finding.cause.file);
  row["rule_file_sha256"] = or_null(finding.cause.file_sha256);
  row["exported"] = finding.exported;
  row["locate"] = or_null(finding.locate);
  return row;
}

/// RFC 4180. A text that a spreadsheet would take for a formula is prefixed with an apostrophe.
std::string csv_cell(const Json& value) {
  if (value.is_null()) return {};
  if (!value.is_string()) return json_text(value);
  std::string text = printable(value.get_ref<const std::string&>());
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos && !text.starts_with(' ') &&
      !text.ends_with(' '))
    return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string csv_line(const Json& row, bool names) {
  std::string line;
  for (const auto& [name, value] : row.items()) {
    if (!line.empty()) line += ',';
    line += names ? name : csv_cell(value);
  }
  return line + "\r\n";
}

/// All matches, as lists of equal length, so that nothing is nested deeper.
void add_all_matches(Json& row, const FindingRow& finding) {
  Json ids = Json::array(), offsets = Json::array(), lengths = Json::array(), media = Json::array(),
       data = Json::array();
  for (const MatchRow& match : finding.matches) {
    ids.push_back(match.id);
    offsets.push_back(match.offset);
    lengths.push_back(match.length);
    media.push_back(or_null(match.media_offset));
    data.push_back(match.data);
  }
  row["match_ids"] = std::move(ids);
  row["match_offsets"] = std::move(offsets);
  row["match_lengths"] = std::move(lengths);
  row["match_media_offsets"] = std::move(media);
  row["match_datas"] = std::move(data);
}

} // namespace

void write_csv(const SealedCase& sealed, const Output& output) {
  output(csv_line(row_of(sealed, FindingRow{}), true));
  sealed.for_each_finding(
      [&](const FindingRow& finding) { output(csv_line(row_of(sealed, finding), false)); });
}

void write_jsonl(const SealedCase& sealed, const Output& output) {
  sealed.for_each_finding([&](const FindingRow& finding) {
    Json row = row_of(sealed, finding);
    add_all_matches(row, finding);
    output(json_text(row) + "\n");
  });
}

} // namespace coldsweep::report
