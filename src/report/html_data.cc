// SPDX-License-Identifier: Apache-2.0
// The data of report.html. 50,000 findings have to open quickly, so the data for the table is small
// and separate from the rest.
#include "report/fields.h"
#include "report/html_sections.h"
#include "report/text_forms.h"

#include <algorithm>
#include <unordered_map>

namespace coldsweep::report {
namespace {

// The manifest can have more of these; the page says how many it leaves out.
constexpr std::size_t kMostMatches = 40, kMostExtents = 24, kMostLinks = 16;

/// Distinct texts, in the order of their first use.
class Texts {
public:
  std::size_t number_of(const std::string& text) {
    const auto [place, is_new] = numbers_.emplace(text, numbers_.size());
    if (is_new) texts_.push_back(text);
    return place->second;
  }
  const Json& all() const { return texts_; }

private:
  std::unordered_map<std::string, std::size_t> numbers_;
  Json texts_ = Json::array();
};

/// Numbers beyond 2^53 are not exact in JavaScript, so they become texts.
Json exact(u64 number) {
  constexpr u64 last_exact = u64{1} << 53;
  return number <= last_exact ? Json(number) : Json(std::to_string(number));
}

Json exact(const std::optional<u64>& number) { return number ? exact(*number) : Json(nullptr); }

template <typename T> Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Whole seconds since 1970: what the timeline and sorting need.
Json seconds_of(const std::string& iso) {
  const std::optional<UnixTime> time = unix_time(iso);
  return time ? Json(time->seconds) : Json(nullptr);
}

std::optional<u64> media_place(const FindingRow& finding) {
  for (const MatchRow& match : finding.matches)
    if (match.media_offset) return match.media_offset;
  for (const ExtentRow& extent : finding.extents)
    if (extent.media_offset) return extent.media_offset;
  return std::nullopt;
}

Json cause_text(const CauseRow& cause) {
  Json meta = Json::array();
  for (const auto& [name, value] : cause.meta) meta.push_back({name, value});
  return {{"kind", cause.kind},     {"name", cause.name}, {"namespace", cause.name_space},
          {"detail", cause.detail}, {"tags", cause.tags}, {"meta", meta},
          {"file", cause.file},     {"set", cause.set}};
}

struct IndexTexts {
  Texts folders, places, kinds;
  std::unordered_map<std::string, std::size_t> cause_numbers;
  Json causes = Json::array();

  std::size_t cause(const CauseRow& row) {
    Json text = cause_text(row);
    const auto [place, is_new] = cause_numbers.emplace(json_text(text), cause_numbers.size());
    if (is_new) causes.push_back(std::move(text));
    return place->second;
  }
};

Json row_of(const FindingRow& f, IndexTexts& texts) {
  const std::size_t slash = f.path.rfind('/');
  const bool foldered = slash != std::string::npos;
  Json row =
      Json::array({f.volume, texts.folders.number_of(foldered ? f.path.substr(0, slash) : ""),
                   foldered ? f.path.substr(slash + 1) : f.path, f.stream, or_null(f.member),
                   texts.cause(f.cause), or_null(f.score), texts.places.number_of(f.place),
                   texts.kinds.number_of(f.kind),
                   (f.allocated ? 1 : 0) | (f.exported ? 2 : 0) | (f.known.empty() ? 0 : 4),
                   exact(f.size), exact(f.record), exact(media_place(f))});
  for (const std::string& time : f.si) row.push_back(seconds_of(time));
  for (const std::string& time : f.fn) row.push_back(seconds_of(time));
  row.push_back(seconds_of(f.log_time));
  return row;
}

Json detail_of(const FindingRow& f) {
  Json matches = Json::array(), extents = Json::array(), why = Json::array(), links = Json::array();
  for (std::size_t i = 0; i < std::min(f.matches.size(), kMostMatches); ++i)
    matches.push_back({f.matches[i].id, exact(f.matches[i].offset), exact(f.matches[i].length),
                       exact(f.matches[i].media_offset), f.matches[i].data, f.matches[i].before,
                       f.matches[i].after});
  for (std::size_t i = 0; i < std::min(f.extents.size(), kMostExtents); ++i)
    extents.push_back(
        {exact(f.extents[i].offset), exact(f.extents[i].media_offset), exact(f.extents[i].length)});
  for (const ReasonRow& reason : f.why) why.push_back({reason.reason, reason.points});
  for (std::size_t i = 0; i < std::min(f.links.size(), kMostLinks); ++i)
    links.push_back(f.links[i]);
  return {{"si", f.si},
          {"fn", f.fn},
          {"md5", f.md5},
          {"sha1", f.sha1},
          {"sha256", f.sha256},
          {"matches", matches},
          {"match_count", f.matches.size()},
          {"extents", extents},
          {"extent_count", f.extents.size()},
          {"why", why},
          {"notes", f.caveats},
          {"links", links},
          {"link_count", f.links.size()},
          {"owner", f.owner_sid},
          {"encoding", f.encoding},
          {"sequence", f.sequence},
          {"attribute", f.attribute_id},
          {"log_line", exact(f.log_line)},
          {"log_time", f.log_time},
          {"known", f.known},
          {"locate", f.locate}};
}

Json volume_texts(const SealedCase& sealed) {
  Json volumes = Json::array();
  for (const VolumeRow& volume : sealed.volumes) {
    const auto known = sealed.coverage.find(volume.id);
    volumes.push_back(
        {{"id", volume.id},
         {"locator", volume.locator},
         {"offset", or_null(volume.offset)},
         {"size", volume.size},
         {"filesystem", volume.filesystem},
         {"status", volume.status},
         {"unreadable", known == sealed.coverage.end() ? 0 : known->second.unreadable},
         {"skipped", known == sealed.coverage.end() ? 0 : known->second.skipped}});
  }
  return volumes;
}

} // namespace

void write_index(const SealedCase& sealed, const Output& output) {
  IndexTexts texts;
  output("{\"rows\":[");
  sealed.for_each_finding([&](const FindingRow& finding) {
    output(finding.number == 1 ? "\n" : ",\n");
    output(json_for_script(row_of(finding, texts)));
  });
  output("],\n\"folders\":" + json_for_script(texts.folders.all()) +
         ",\n\"places\":" + json_for_script(texts.places.all()));
  output(",\n\"kinds\":" + json_for_script(texts.kinds.all()) +
         ",\n\"causes\":" + json_for_script(texts.causes));
  output(",\n\"volumes\":" + json_for_script(volume_texts(sealed)));
  output(",\n\"media\":" + std::to_string(sealed.media_size()) + "}");
}

void write_details(const SealedCase& sealed, const Output& output) {
  sealed.for_each_finding(
      [&](const FindingRow& finding) { output(json_for_script(detail_of(finding)) + "\n"); });
}

} // namespace coldsweep::report
