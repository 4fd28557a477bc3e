// SPDX-License-Identifier: Apache-2.0
// Outcome -> CBOR: what a worker sends, the journal keeps and a shard holds. Texts are stored as
// they are, even if they are not UTF-8. Pure functions, any thread.
#include "manifest/record.h"

#include "manifest/cbor.h"

#include <nlohmann/json.hpp>

namespace coldsweep {
namespace {

using Json = nlohmann::json;

template <typename T> Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <typename Range, typename F> Json array_of(const Range& range, F&& element) {
  Json array = Json::array();
  for (const auto& item : range) array.push_back(element(item));
  return array;
}

Json encode(const StreamId& id) {
  return Json::array({id.volume, id.record, id.sequence, id.attribute, static_cast<u8>(id.kind)});
}

Json encode(const std::optional<Times>& times) {
  if (!times) return nullptr;
  return Json::array({times->created, times->modified, times->mft_modified, times->accessed});
}

Json encode(const RuleRef& rule) {
  return {{"name", rule.name},
          {"namespace", rule.name_space},
          {"tags", Json(rule.tags)},
          {"meta", array_of(rule.meta,
                            [](const std::pair<std::string, MetaValue>& entry) {
                              const Json value =
                                  std::visit([](const auto& v) { return Json(v); }, entry.second);
                              return Json::array({entry.first, value});
                            })},
          {"file", rule.file},
          {"file_sha256", rule.file_sha256}};
}

Json encode(const HashSetHit& hit) { return Json::array({hit.name, hit.entry, hit.note}); }

/// The key names the kind of cause.
Json encode(const Cause& cause) {
  if (const RuleRef* rule = std::get_if<RuleRef>(&cause)) return {{"rule", encode(*rule)}};
  if (const HashSetHit* hit = std::get_if<HashSetHit>(&cause)) return {{"hash_set", encode(*hit)}};
  const Anomaly& anomaly = std::get<Anomaly>(cause);
  return {{"anomaly", Json::array({anomaly.name, anomaly.description})}};
}

Json encode(const std::optional<LogPlace>& log) {
  if (!log) return nullptr;
  return Json::array({log->line, or_null(log->time)});
}

Json encode(const std::vector<MediaExtent>& extents) {
  return array_of(extents, [](const MediaExtent& extent) {
    return Json::array({extent.offset, or_null(extent.media_offset), extent.length});
  });
}

Json encode(const Match& match) {
  return Json::array({match.id, match.offset, match.length, or_null(match.media_offset), match.data,
                      encode(match.parts), match.before, match.after});
}

Json encode(const std::optional<Part>& part) {
  if (!part) return nullptr;
  return Json::array({static_cast<u8>(part->kind), part->offset});
}

Json encode(const std::optional<Overwritten>& overwritten) {
  if (!overwritten) return nullptr;
  return Json::array({overwritten->clusters, overwritten->of});
}

Json encode(const Finding& finding) {
  return {{"stream", encode(finding.stream)},
          {"part", encode(finding.part)},
          {"path", finding.path},
          {"links", Json(finding.links)},
          {"stream_name", finding.stream_name},
          {"member", or_null(finding.member)},
          {"allocated", finding.allocated},
          {"size", finding.size},
          {"encoding", static_cast<u8>(finding.encoding)},
          {"si", encode(finding.si)},
          {"fn", encode(finding.fn)},
          {"owner_sid", or_null(finding.owner_sid)},
          {"short_name", or_null(finding.short_name)},
          {"path_source", or_null(finding.path_source)},
          {"anomalies", array_of(finding.anomalies,
                                 [](const Anomaly& a) {
                                   return Json::array({a.name, a.description});
                                 })},
          {"overwritten", encode(finding.overwritten)},
          {"recovered", finding.recovered},
          {"hashes", Json::array({finding.hashes.md5, finding.hashes.sha1, finding.hashes.sha256})},
          {"extents", encode(finding.extents)},
          {"extents_left_out", finding.extents_left_out},
          {"cause", encode(finding.cause)},
          {"matches", array_of(finding.matches, [](const Match& match) { return encode(match); })},
          {"known", finding.known ? encode(*finding.known) : Json(nullptr)},
          {"log", encode(finding.log)},
          {"score", or_null(finding.score)},
          {"place", or_null(finding.place)},
          {"why", array_of(finding.why,
                           [](const Reason& why) {
                             return Json::array({why.reason, why.points});
                           })},
          {"exported", finding.exported},
          {"locate", finding.locate}};
}

Json encode(const Issue& issue) {
  return {{"kind", name_of(issue.kind)},
          {"volume", or_null(issue.volume)},
          {"record", or_null(issue.record)},
          {"path", or_null(issue.path)},
          {"stream_name", or_null(issue.stream_name)},
          {"stage", issue.stage},
          {"message", issue.message},
          {"bytes", issue.bytes}};
}

Json encode(const ByteAccount& bytes) {
  return {{"planned", bytes.planned},       {"scanned", bytes.scanned},
          {"sparse", bytes.sparse},         {"skipped", bytes.skipped},
          {"unreadable", bytes.unreadable}, {"skipped_by", Json(bytes.skipped_by)}};
}

Json encode(const std::optional<LogSpan>& log) {
  if (!log) return nullptr;
  return Json::array({log->family, or_null(log->oldest), or_null(log->newest)});
}

} // namespace

std::string serialise(const Outcome& outcome) {
  const Json json{
      {"version", kOutcomeVersion},
      {"stream", encode(outcome.stream)},
      {"findings",
       array_of(outcome.findings, [](const Finding& finding) { return encode(finding); })},
      {"issues", array_of(outcome.issues, [](const Issue& issue) { return encode(issue); })},
      {"bytes", encode(outcome.bytes)},
      {"log", encode(outcome.log)},
      {"space",
       Json::array({outcome.space.owned, outcome.space.skipped, outcome.space.unreadable})}};
  std::string bytes;
  Json::to_cbor(json, bytes);
  return bytes;
}

std::string serialise(const SpaceAccount& space) {
  const Json json{{"size", space.size},
                  {"streams", space.streams},
                  {"slack", space.slack},
                  {"unallocated", space.unallocated},
                  {"metadata", space.metadata},
                  {"skipped", space.skipped},
                  {"unreadable", space.unreadable},
                  {"skipped_by", Json(space.skipped_by)}};
  std::string bytes;
  Json::to_cbor(json, bytes);
  return bytes;
}

} // namespace coldsweep
