// SPDX-License-Identifier: Apache-2.0
// Records -> JSON lines of `coldsweep-manifest/1`, with the keys in the order of the contract. Pure
// functions, any thread.
#include "manifest/record.h"

#include "base/text.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace coldsweep {
namespace {

using Json = nlohmann::ordered_json;

/// Names are escaped already, but a rule's meta and the names of rule files can hold anything.
void make_utf8(Json& value) {
  if (value.is_string()) {
    std::string& text = value.get_ref<std::string&>();
    if (!is_utf8(text)) text = as_utf8(text);
  } else if (value.is_array()) {
    for (Json& element : value) make_utf8(element);
  } else if (value.is_object()) {
    Json object = Json::object();
    for (auto& [key, member] : value.items()) {
      make_utf8(member);
      object[as_utf8(key)] = std::move(member);
    }
    value = std::move(object);
  }
}

std::string line_of(Json record) {
  make_utf8(record);
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename T> Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

template <typename Range, typename F> Json array_of(const Range& range, F&& element) {
  Json array = Json::array();
  for (const auto& item : range) array.push_back(element(item));
  return array;
}

/// First the keys of the contract, null if there is no such value; then all other values.
template <std::size_t N>
Json object_of(const std::map<std::string, std::string>& values,
               const std::array<const char*, N>& contract) {
  Json object = Json::object();
  for (const char* key : contract) {
    const auto found = values.find(key);
    object[key] = found == values.end() ? Json(nullptr) : Json(found->second);
  }
  for (const auto& [key, value] : values) object[key] = value;
  return object;
}

Json object_of(const std::map<std::string, std::string>& values) {
  return object_of(values, std::array<const char*, 0>{});
}

Json image_of(const ImageRecord& image) {
  constexpr std::array acquisition{"case_number", "evidence_number", "examiner", "acquired",
                                   "tool"};
  constexpr std::array hashes{"md5", "sha1"};
  constexpr std::array computed{"md5", "sha1", "sha256"};
  Json line{{"format", image.format},
            {"size", image.size},
            {"segments", array_of(image.segments,
                                  [](const SegmentRecord& segment) {
                                    return Json{{"name", segment.name}, {"size", segment.size}};
                                  })},
            {"acquisition", object_of(image.acquisition, acquisition)},
            {"stored_hashes", object_of(image.stored_hashes, hashes)},
            {"computed_hashes", image.computed_hashes.empty()
                                    ? Json(nullptr)
                                    : object_of(image.computed_hashes, computed)},
            {"hash_match", or_null(image.hash_match)}};
  for (const auto& [offset, length] : image.acquisition_errors)
    line["acquisition_errors"].push_back({{"offset", offset}, {"length", length}});
  return line;
}

Json info_of(const std::optional<CaseInfo>& info) {
  if (!info) return nullptr;
  return {{"case_number", or_null(info->case_number)},
          {"exhibit", or_null(info->exhibit)},
          {"examiner", or_null(info->examiner)},
          {"agency", or_null(info->agency)},
          {"notes", or_null(info->notes)}};
}

Json rules_of(const RulesRecord& rules) {
  return {
      {"sha256", rules.sha256},
      {"files",
       array_of(rules.files,
                [](const RuleFileRecord& file) {
                  return Json{{"path", file.path}, {"sha256", file.sha256}, {"rules", file.rules}};
                })},
      {"rejected", array_of(rules.rejected, [](const RejectedRules& file) {
         return Json{{"path", file.path}, {"line", file.line}, {"message", file.message}};
       })}};
}

Json hash_set_record_of(const HashSetRecord& set) {
  return {{"name", set.name},
          {"role", set.role},
          {"format", set.format},
          {"size", set.size},
          {"sha256", set.sha256},
          {"sha256_of", set.sha256_of_ends ? "first and last MiB" : "file"},
          {"version", or_null(set.version)},
          {"entries", or_null(set.entries)},
          {"bad_lines", set.bad_lines},
          {"notes", Json(set.notes)}};
}

Json times_of(const std::optional<Times>& stored) {
  const Times times = stored.value_or(Times{});
  return {{"created", or_null(iso_time(times.created))},
          {"modified", or_null(iso_time(times.modified))},
          {"mft_modified", or_null(iso_time(times.mft_modified))},
          {"accessed", or_null(iso_time(times.accessed))}};
}

/// In YARA a name may occur twice. Its values then become an array, in the order of the rule.
Json meta_of(const std::vector<std::pair<std::string, MetaValue>>& meta) {
  Json object = Json::object();
  for (const auto& [name, value] : meta) {
    const Json json = std::visit([](const auto& plain) { return Json(plain); }, value);
    const auto known = object.find(name);
    if (known == object.end())
      object[name] = json;
    else if (known->is_array())
      known->push_back(json);
    else
      *known = Json::array({*known, json});
  }
  return object;
}

Json rule_of(const RuleRef& rule) {
  return {{"name", rule.name},       {"namespace", rule.name_space},
          {"tags", Json(rule.tags)}, {"meta", meta_of(rule.meta)},
          {"file", rule.file},       {"file_sha256", rule.file_sha256}};
}

Json hash_set_of(const HashSetHit& hit) {
  return {{"name", hit.name}, {"entry", hit.entry}, {"note", or_null(hit.note)}};
}

Json known_of(const std::optional<HashSetHit>& known) {
  if (!known) return nullptr;
  return {{"set", known->name}, {"entry", known->entry}};
}

Json anomaly_of(const Anomaly& anomaly) {
  return {{"name", anomaly.name}, {"description", anomaly.description}};
}

/// Null if the finding's cause is of another kind.
template <typename T> Json cause_of(const Finding& finding, Json (*write)(const T&)) {
  const T* cause = std::get_if<T>(&finding.cause);
  return cause == nullptr ? Json(nullptr) : write(*cause);
}

Json log_of(const std::optional<LogPlace>& log) {
  if (!log) return nullptr;
  return {{"line", log->line}, {"time", or_null(log->time)}};
}

Json log_coverage_of(const LogCoverage& logs) {
  const auto time = [](const std::optional<u64>& ticks) {
    return ticks ? or_null(iso_time(*ticks)) : Json(nullptr);
  };
  return {{"family", logs.family},
          {"files", logs.files},
          {"oldest", time(logs.oldest)},
          {"newest", time(logs.newest)}};
}

Json extent_of(const MediaExtent& extent) {
  return {{"offset", extent.offset},
          {"media_offset", or_null(extent.media_offset)},
          {"length", extent.length}};
}

Json match_of(const Match& match) {
  return {{"id", match.id},         {"offset", match.offset},
          {"length", match.length}, {"media_offset", or_null(match.media_offset)},
          {"data", match.data},     {"parts", array_of(match.parts, extent_of)},
          {"before", match.before}, {"after", match.after}};
}

/// A part has a kind of its own; `within` says what it is part of.
Json within_of(const Finding& finding) {
  if (!finding.part) return nullptr;
  return {{"kind", name_of(finding.stream.kind)}, {"offset", finding.part->offset}};
}

Json overwritten_of(const std::optional<Overwritten>& overwritten) {
  if (!overwritten) return nullptr;
  return {{"clusters", overwritten->clusters}, {"of", overwritten->of}};
}

/// Unallocated bytes belong to no record.
Json record_of(u64 record) { return record < kNoRecord ? Json(record) : Json(nullptr); }

Json space_of(const SpaceAccount& space) {
  return {{"size", space.size},
          {"streams", space.streams},
          {"slack", space.slack},
          {"unallocated", space.unallocated},
          {"metadata", space.metadata},
          {"skipped", space.skipped},
          {"unreadable", space.unreadable},
          {"skipped_by", Json(space.skipped_by)}};
}

Json hashes_of(const Hashes& hashes) {
  return {{"md5", or_null(hashes.md5)},
          {"sha1", or_null(hashes.sha1)},
          {"sha256", or_null(hashes.sha256)}};
}

} // namespace

std::string manifest_line(const CaseRecord& record) {
  return line_of(
      {{"type", "case"},
       {"schema", kManifestSchema},
       {"tool",
        {{"name", "coldsweep"}, {"version", record.tool_version}, {"commit", record.tool_commit}}},
       {"engines", object_of(record.engines)},
       {"info", info_of(record.info)},
       {"image", image_of(record.image)},
       {"rules", rules_of(record.rules)},
       {"hash_sets", array_of(record.hash_sets, hash_set_record_of)},
       {"scope", Json(record.scope)},
       {"options", object_of(record.options)}});
}

std::string manifest_line(const VolumeRecord& volume) {
  return line_of({{"type", "volume"},
                  {"id", volume.id},
                  {"locator", volume.locator},
                  {"offset", or_null(volume.offset)},
                  {"size", volume.size},
                  {"filesystem", volume.filesystem},
                  {"cluster_size", or_null(volume.cluster_size)},
                  {"serial", or_null(volume.serial)},
                  {"label", or_null(volume.label)},
                  {"drive", volume.drive ? Json(std::string(1, *volume.drive)) : Json(nullptr)},
                  {"snapshot", nullptr},
                  {"status", name_of(volume.status)},
                  {"note", or_null(volume.note)}});
}

std::string manifest_line(const Finding& finding) {
  Json line{{"type", "finding"},
            {"volume", finding.stream.volume},
            {"path", finding.path},
            {"links", Json(finding.links)},
            {"stream", finding.stream_name},
            {"member", or_null(finding.member)},
            {"kind", name_of(finding.part ? finding.part->kind : finding.stream.kind)},
            {"within", within_of(finding)},
            {"record", record_of(finding.stream.record)},
            {"sequence", finding.stream.sequence},
            {"attribute_id", finding.stream.attribute},
            {"allocated", finding.allocated},
            {"size", finding.size},
            {"encoding", name_of(finding.encoding)},
            {"times", {{"si", times_of(finding.si)}, {"fn", times_of(finding.fn)}}},
            {"owner_sid", or_null(finding.owner_sid)},
            {"short_name", or_null(finding.short_name)},
            {"path_source", or_null(finding.path_source)},
            {"anomalies", array_of(finding.anomalies, anomaly_of)},
            {"overwritten", overwritten_of(finding.overwritten)},
            {"recovered", finding.recovered},
            {"hashes", hashes_of(finding.hashes)},
            {"extents", array_of(finding.extents, extent_of)},
            {"rule", cause_of(finding, rule_of)},
            {"hash_set", cause_of(finding, hash_set_of)},
            {"anomaly", cause_of(finding, anomaly_of)},
            {"matches", array_of(finding.matches, match_of)},
            {"known", known_of(finding.known)},
            {"score", or_null(finding.score)},
            {"place", or_null(finding.place)},
            {"why", array_of(finding.why,
                             [](const Reason& why) {
                               return Json{{"reason", why.reason}, {"points", why.points}};
                             })},
            {"log", log_of(finding.log)},
            {"exported", finding.exported},
            {"locate", or_null(finding.locate)}};
  if (finding.extents_left_out > 0) line["extents_left_out"] = finding.extents_left_out;
  if (!finding.no_locate.empty()) line["no_locate"] = finding.no_locate;
  return line_of(std::move(line));
}

std::string manifest_line(const Issue& issue) {
  return line_of({{"type", "issue"},
                  {"kind", name_of(issue.kind)},
                  {"volume", or_null(issue.volume)},
                  {"record", issue.record ? record_of(*issue.record) : Json(nullptr)},
                  {"path", or_null(issue.path)},
                  {"stream", or_null(issue.stream_name)},
                  {"stage", issue.stage},
                  {"message", issue.message},
                  {"bytes", issue.bytes}});
}

std::string manifest_line(const CoverageRecord& coverage) {
  Json skipped_by = Json::object();
  for (const auto& [reason, bytes] : coverage.bytes.skipped_by) skipped_by[reason] = bytes;
  return line_of({{"type", "coverage"},
                  {"volume", coverage.volume},
                  {"streams",
                   {{"planned", coverage.streams.planned},
                    {"scanned", coverage.streams.scanned},
                    {"skipped", coverage.streams.skipped},
                    {"failed", coverage.streams.failed}}},
                  {"bytes",
                   {{"planned", coverage.bytes.planned},
                    {"scanned", coverage.bytes.scanned},
                    {"sparse", coverage.bytes.sparse},
                    {"skipped", coverage.bytes.skipped},
                    {"unreadable", coverage.bytes.unreadable}}},
                  {"skipped_by", skipped_by},
                  {"logs", array_of(coverage.logs, log_coverage_of)},
                  {"clusters", space_of(coverage.space)}});
}

std::string manifest_line(const SealRecord& seal) {
  return line_of({{"type", "seal"},
                  {"records", seal.records},
                  {"findings", seal.findings},
                  {"issues", seal.issues},
                  {"sha256", seal.sha256}});
}

} // namespace coldsweep
