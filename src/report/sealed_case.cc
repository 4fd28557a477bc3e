// SPDX-License-Identifier: Apache-2.0
#include "report/sealed_case.h"

#include "base/text.h"
#include "manifest/line_reader.h"
#include "report/caveats.h"
#include "report/fields.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

constexpr std::size_t kMostReasons = 1000;

VolumeRow volume_of(const Json& line) {
  return {.id = number_of(line, "id"),
          .locator = text_of(line, "locator"),
          .filesystem = text_of(line, "filesystem"),
          .status = text_of(line, "status"),
          .label = text_of(line, "label"),

          .note = text_of(line, "note"),
          .drive = text_of(line, "drive"),
          .offset = maybe_number(line, "offset"),
          .cluster_size = maybe_number(line, "cluster_size"),
          .size = number_of(line, "size")};
}

SpaceAccount space_of(const Json& clusters) {
  SpaceAccount space{.size = number_of(clusters, "size"),
                     .streams = number_of(clusters, "streams"),
                     .slack = number_of(clusters, "slack"),
                     .unallocated = number_of(clusters, "unallocated"),
                     .metadata = number_of(clusters, "metadata"),
                     .unreadable = number_of(clusters, "unreadable"),
                     .skipped_by = {}};
  for (const auto& [reason, bytes] : object_of(clusters, "skipped_by").items())
    if (bytes.is_number_unsigned()) space.skip(reason, bytes.get<u64>());
  return space;
}

CoverageRow coverage_of(const Json& line) {
  const Json& streams = object_of(line, "streams");
  const Json& bytes = object_of(line, "bytes");
  CoverageRow row{.streams_planned = number_of(streams, "planned"),
                  .streams_scanned = number_of(streams, "scanned"),
                  .streams_skipped = number_of(streams, "skipped"),
                  .streams_failed = number_of(streams, "failed"),
                  .planned = number_of(bytes, "planned"),
                  .scanned = number_of(bytes, "scanned"),
                  .sparse = number_of(bytes, "sparse"),
                  .skipped = number_of(bytes, "skipped"),
                  .unreadable = number_of(bytes, "unreadable"),
                  .skipped_by = {},
                  .space = {}};
  for (const auto& [reason, amount] : object_of(line, "skipped_by").items())
    if (amount.is_number_unsigned()) row.skipped_by.emplace_back(reason, amount.get<u64>());
  row.space = space_of(object_of(line, "clusters"));
  return row;
}

void add(CoverageRow& total, const CoverageRow& row) {
  total.streams_planned += row.streams_planned;
  total.streams_scanned += row.streams_scanned;
  total.streams_skipped += row.streams_skipped;
  total.streams_failed += row.streams_failed;
  total.planned += row.planned;
  total.scanned += row.scanned;
  total.sparse += row.sparse;
  total.skipped += row.skipped;
  total.unreadable += row.unreadable;
  total.space += row.space;
  for (const auto& [reason, bytes] : row.skipped_by) {
    const auto known = std::find_if(total.skipped_by.begin(), total.skipped_by.end(),
                                    [&](const auto& entry) { return entry.first == reason; });
    if (known == total.skipped_by.end() && total.skipped_by.size() == kMostReasons)
      throw FormatError("`skipped_by`: more reasons than a sweep has");
    if (known == total.skipped_by.end())
      total.skipped_by.emplace_back(reason, bytes);
    else
      known->second += bytes;
  }
}

TimeRow times_of(const Json& times, const char* attribute) {
  const Json& set = object_of(times, attribute);
  return {text_of(set, "created"), text_of(set, "modified"), text_of(set, "mft_modified"),
          text_of(set, "accessed")};
}

std::vector<std::string> texts_of(const Json& object, const char* field) {
  std::vector<std::string> texts;
  for (const Json& element : array_of(object, field)) texts.push_back(shown(element));
  return texts;
}

CauseRow cause_of(const Json& line) {
  CauseRow cause;
  if (const Json* rule = member_of(line, "rule")) {
    cause = {.kind = "rule",
             .name = text_of(*rule, "name"),
             .name_space = text_of(*rule, "namespace"),
             .detail = {},
             .set = {},
             .tags = texts_of(*rule, "tags"),
             .meta = {},
             .file = text_of(*rule, "file"),
             .file_sha256 = text_of(*rule, "file_sha256")};
    for (const auto& [name, value] : object_of(*rule, "meta").items())
      cause.meta.emplace_back(name, shown(value));
    for (const auto& [name, value] : cause.meta)
      if (name == "description" && cause.detail.empty()) cause.detail = value;
  } else if (const Json* set = member_of(line, "hash_set")) {
    cause.kind = "hash_set";
    cause.set = text_of(*set, "name");
    cause.name = text_of(*set, "entry");
    cause.detail = text_of(*set, "note");
  } else if (const Json* anomaly = member_of(line, "anomaly")) {
    cause.kind = "anomaly";
    cause.name = text_of(*anomaly, "name");
    cause.detail = text_of(*anomaly, "description");
  } else {
    throw FormatError("a finding without `rule`, `hash_set` or `anomaly`");
  }
  return cause;
}

std::vector<ExtentRow> extents_of(const Json& object, const char* field) {
  std::vector<ExtentRow> extents;
  for (const Json& extent : array_of(object, field))
    extents.push_back({.offset = number_of(extent, "offset"),
                       .length = number_of(extent, "length"),
                       .media_offset = maybe_number(extent, "media_offset")});
  return extents;
}

std::vector<MatchRow> matches_of(const Json& line) {
  std::vector<MatchRow> matches;
  for (const Json& match : array_of(line, "matches"))
    matches.push_back({.id = text_of(match, "id"),
                       .offset = number_of(match, "offset"),
                       .length = number_of(match, "length"),
                       .media_offset = maybe_number(match, "media_offset"),
                       .data = text_of(match, "data"),
                       .parts = extents_of(match, "parts"),
                       .before = text_of(match, "before"),
                       .after = text_of(match, "after")});
  return matches;
}

std::string known_of(const Json& line) {
  const Json* known = member_of(line, "known");
  if (!known) return {};
  if (!known->is_object()) return shown(*known);
  std::string text;
  for (const auto& [key, value] : known->items())
    if (!value.is_null()) text += (text.empty() ? "" : ", ") + shown(value);
  return text;
}

} // namespace

FindingRow finding_of(const Json& line) {
  const Json& times = object_of(line, "times");
  const Json& hashes = object_of(line, "hashes");
  const Json& log = object_of(line, "log");
  FindingRow row{.volume = number_of(line, "volume"),
                 .path = text_of(line, "path"),
                 .links = texts_of(line, "links"),
                 .stream = text_of(line, "stream"),
                 .member = std::nullopt,
                 .kind = text_of(line, "kind"),
                 .within_offset = maybe_number(object_of(line, "within"), "offset"),
                 .record = maybe_number(line, "record"),
                 .sequence = number_of(line, "sequence"),
                 .attribute_id = number_of(line, "attribute_id"),
                 .allocated = flag_of(line, "allocated"),
                 .size = number_of(line, "size"),
                 .encoding = text_of(line, "encoding"),
                 .si = times_of(times, "si"),
                 .fn = times_of(times, "fn"),
                 .owner_sid = text_of(line, "owner_sid"),
                 .md5 = text_of(hashes, "md5"),
                 .sha1 = text_of(hashes, "sha1"),
                 .sha256 = text_of(hashes, "sha256"),
                 .extents = extents_of(line, "extents"),
                 .extents_left_out = number_of(line, "extents_left_out"),
                 .cause = cause_of(line),
                 .matches = matches_of(line),
                 .score = maybe_signed(line, "score"),
                 .place = text_of(line, "place"),
                 .why = {},
                 .log_line = maybe_number(log, "line"),
                 .log_time = text_of(log, "time"),
                 .caveats = caveats_of(line),
                 .known = known_of(line),
                 .exported = flag_of(line, "exported"),
                 .locate = text_of(line, "locate")};
  if (member_of(line, "member")) row.member = text_of(line, "member");
  for (const Json& why : array_of(line, "why"))
    row.why.push_back({text_of(why, "reason"), maybe_signed(why, "points").value_or(0)});
  return row;
}

IssueRow issue_of(const Json& line) {
  return {.kind = text_of(line, "kind"),
          .path = text_of(line, "path"),
          .stream = text_of(line, "stream"),
          .stage = text_of(line, "stage"),
          .message = text_of(line, "message"),
          .volume = maybe_number(line, "volume"),
          .bytes = number_of(line, "bytes")};
}

SealedCase::SealedCase(const std::filesystem::path& case_folder, const StopFlag* stop)
    : manifest_(case_folder / "manifest.jsonl"), stop_(stop) {
  for_each_line("", [&](const Json& line) {
    const std::string type = text_of(line, "type");
    if (type == "case") {
      record = line;
    } else if (type == "volume") {
      volumes.push_back(volume_of(line));
      if (volumes.size() > 1 && volumes.back().id <= volumes.end()[-2].id)
        throw FormatError("the volume is not in the order of ids");
    } else if (type == "finding") {
      const FindingRow finding = finding_of(line);
      ++findings;
      ++weights.at(static_cast<std::size_t>(weight_of(finding.score)));
      strings_only += finding.kind == kStringsOnly ? 1 : 0;
      CauseCount& count = causes[finding.cause.name];
      ++count.findings;
      if (finding.score && (!count.best_score || *finding.score > *count.best_score))
        count.best_score = finding.score;
    } else if (type == "issue") {
      const IssueRow issue = issue_of(line);
      ++issues;
      IssueCount& count = issue_kinds[issue.kind];
      ++count.issues;
      count.bytes += issue.bytes;
    } else if (type == "coverage") {
      const CoverageRow row = coverage_of(line);
      add(total, row);
      coverage[number_of(line, "volume")] = row;
    } else if (type == "seal") {
      seal_sha256 = text_of(line, "sha256");
    }
  });
  if (!record.is_object())
    throw FormatError(fmt::format("{}: no `case` record", manifest_.string()));
}

void SealedCase::for_each_finding(const std::function<void(const FindingRow&)>& use) const {
  u64 number = 0;
  for_each_line("finding", [&](const Json& line) {
    FindingRow finding = finding_of(line);
    finding.number = ++number;
    use(finding);
  });
}

void SealedCase::for_each_stream(
    const std::function<void(const std::vector<FindingRow>&)>& use) const {
  std::vector<FindingRow> together;
  for_each_finding([&](const FindingRow& finding) {
    if (!together.empty() && !same_stream(together.front(), finding)) {
      use(together);
      together.clear();
    }
    together.push_back(finding);
  });
  if (!together.empty()) use(together);
}

void SealedCase::for_each_issue(const std::function<void(const IssueRow&)>& use) const {
  for_each_line("issue", [&](const Json& line) { use(issue_of(line)); });
}

/// Lines of one type, or all if `type` is empty. The type is the first field of every line that
/// coldsweep writes, so lines of other types need not be parsed.
void SealedCase::for_each_line(const std::string& type,
                               const std::function<void(const Json&)>& use) const {
  const std::string start = fmt::format("{{\"type\":\"{}\"", type);
  LineReader lines(manifest_);
  while (const std::optional<std::string_view> line = lines.next()) {
    if (stop_ != nullptr) stop_->check();
    if (!type.empty() && !line->starts_with(start)) continue;
    const Json json = Json::parse(line->begin(), line->end(), nullptr, false);
    if (!json.is_object()) lines.fail("not a JSON object");
    try {
      use(json);
    } catch (const Problem&) {
      throw; // of another line
    } catch (const FormatError& e) {
      lines.fail(e.what());
    }
  }
}

const VolumeRow* SealedCase::volume(u64 id) const {
  const auto found =
      std::lower_bound(volumes.begin(), volumes.end(), id,
                       [](const VolumeRow& volume, u64 wanted) { return volume.id < wanted; });
  return found == volumes.end() || found->id != id ? nullptr : &*found;
}

std::string SealedCase::locator(u64 id) const {
  const VolumeRow* known = volume(id);
  return known ? known->locator : std::to_string(id);
}

std::string SealedCase::image_name() const {
  const Json& segments = array_of(object_of(record, "image"), "segments");
  return segments.empty() ? std::string() : text_of(segments.front(), "name");
}

u64 SealedCase::media_size() const { return number_of(object_of(record, "image"), "size"); }

std::vector<std::pair<u64, u64>> SealedCase::acquisition_errors() const {
  std::vector<std::pair<u64, u64>> ranges;
  const Json& image = object_of(record, "image");
  if (!image.contains("acquisition_errors")) return ranges;
  for (const Json& range : array_of(image, "acquisition_errors"))
    ranges.emplace_back(number_of(range, "offset"), number_of(range, "length"));
  return ranges;
}

std::vector<std::string> SealedCase::rule_file_hashes() const {
  std::vector<std::string> hashes;
  for (const Json& file : array_of(object_of(record, "rules"), "files"))
    hashes.push_back(text_of(file, "sha256"));
  return hashes;
}

std::string SealedCase::case_text(std::initializer_list<const char*> path) const {
  const Json* value = &record;
  for (const char* field : path)
    if (!(value = member_of(*value, field))) return {};
  return shown(*value);
}

} // namespace coldsweep::report
