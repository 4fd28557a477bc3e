// SPDX-License-Identifier: Apache-2.0
// Outcome -> CBOR: what a worker sends, the journal keeps and a shard holds. Texts are stored as
// they are, even if they are not UTF-8. Pure functions, any thread.
//
// Not by way of nlohmann's values: their destructors allocate, and so end the process if memory has
// run out. And the bytes are needed once.
#include "manifest/record.h"

#include "manifest/cbor.h"

#include <concepts>
#include <utility>
#include <variant>

namespace coldsweep {
namespace {

void encode(CborWriter& out, std::unsigned_integral auto value) { out.number(value); }
void encode(CborWriter& out, bool value) { out.flag(value); }
void encode(CborWriter& out, std::signed_integral auto value) { out.integer(value); }
void encode(CborWriter& out, const std::string& text) { out.text(text); }
void encode(CborWriter& out, StreamKind kind) { out.number(static_cast<u8>(kind)); }
void encode(CborWriter& out, Encoding encoding) { out.number(static_cast<u8>(encoding)); }
void encode(CborWriter& out, IssueKind kind) { out.text(name_of(kind)); }

// Declared first, because templates call them.
void encode(CborWriter& out, const StreamId& id);
void encode(CborWriter& out, const Times& times);
void encode(CborWriter& out, const RuleRef& rule);
void encode(CborWriter& out, const HashSetHit& hit);
void encode(CborWriter& out, const Anomaly& anomaly);
void encode(CborWriter& out, const Cause& cause);
void encode(CborWriter& out, const LogPlace& log);
void encode(CborWriter& out, const MediaExtent& extent);
void encode(CborWriter& out, const Match& match);
void encode(CborWriter& out, const Part& part);
void encode(CborWriter& out, const Overwritten& overwritten);
void encode(CborWriter& out, const Hashes& hashes);
void encode(CborWriter& out, const Reason& reason);
void encode(CborWriter& out, const Finding& finding);
void encode(CborWriter& out, const Issue& issue);
void encode(CborWriter& out, const ByteAccount& bytes);
void encode(CborWriter& out, const LogSpan& log);
void encode(CborWriter& out, const SpaceShare& share);
void encode(CborWriter& out, const std::pair<std::string, MetaValue>& entry);
void encode(CborWriter& out, const std::map<std::string, u64>& sums);

template <typename T> void encode(CborWriter& out, const std::optional<T>& value) {
  if (value)
    encode(out, *value);
  else
    out.null();
}

template <typename T> void encode(CborWriter& out, const std::vector<T>& values) {
  out.array(values.size());
  for (const T& value : values) encode(out, value);
}

template <typename... Values> void encode_array(CborWriter& out, const Values&... values) {
  out.array(sizeof...(values));
  (encode(out, values), ...);
}

void encode_entries(CborWriter&) {}
template <typename Value, typename... Others>
void encode_entries(CborWriter& out, std::string_view key, const Value& value,
                    const Others&... others) {
  out.text(key);
  encode(out, value);
  encode_entries(out, others...);
}

/// Keys and values by turns.
template <typename... KeysAndValues>
void encode_map(CborWriter& out, const KeysAndValues&... entries) {
  static_assert(sizeof...(entries) % 2 == 0);
  out.map(sizeof...(entries) / 2);
  encode_entries(out, entries...);
}

void encode(CborWriter& out, const StreamId& id) {
  encode_array(out, id.volume, id.record, id.sequence, id.attribute, id.kind);
}

void encode(CborWriter& out, const Times& times) {
  encode_array(out, times.created, times.modified, times.mft_modified, times.accessed);
}

void encode(CborWriter& out, const std::pair<std::string, MetaValue>& entry) {
  out.array(2);
  encode(out, entry.first);
  std::visit([&](const auto& value) { encode(out, value); }, entry.second);
}

void encode(CborWriter& out, const RuleRef& rule) {
  encode_map(out, "name", rule.name, "namespace", rule.name_space, "tags", rule.tags, "meta",
             rule.meta, "file", rule.file, "file_sha256", rule.file_sha256);
}

void encode(CborWriter& out, const HashSetHit& hit) {
  encode_array(out, hit.name, hit.entry, hit.note);
}

void encode(CborWriter& out, const Anomaly& anomaly) {
  encode_array(out, anomaly.name, anomaly.description);
}

/// The key names the kind of cause.
void encode(CborWriter& out, const Cause& cause) {
  if (const RuleRef* rule = std::get_if<RuleRef>(&cause)) return encode_map(out, "rule", *rule);
  if (const HashSetHit* hit = std::get_if<HashSetHit>(&cause))
    return encode_map(out, "hash_set", *hit);
  encode_map(out, "anomaly", std::get<Anomaly>(cause));
}

void encode(CborWriter& out, const LogPlace& log) { encode_array(out, log.line, log.time); }

void encode(CborWriter& out, const MediaExtent& extent) {
  encode_array(out, extent.offset, extent.media_offset, extent.length);
}

void encode(CborWriter& out, const Match& match) {
  encode_array(out, match.id, match.offset, match.length, match.media_offset, match.data,
               match.parts, match.before, match.after);
}

void encode(CborWriter& out, const Part& part) { encode_array(out, part.kind, part.offset); }

void encode(CborWriter& out, const Overwritten& overwritten) {
  encode_array(out, overwritten.clusters, overwritten.of);
}

void encode(CborWriter& out, const Hashes& hashes) {
  encode_array(out, hashes.md5, hashes.sha1, hashes.sha256);
}

void encode(CborWriter& out, const Reason& reason) {
  encode_array(out, reason.reason, reason.points);
}

void encode(CborWriter& out, const Finding& finding) {
  encode_map(out, "stream", finding.stream, "part", finding.part, "path", finding.path, "links",
             finding.links, "stream_name", finding.stream_name, "member", finding.member,
             "allocated", finding.allocated, "size", finding.size, "encoding", finding.encoding,
             "si", finding.si, "fn", finding.fn, "owner_sid", finding.owner_sid, "short_name",
             finding.short_name, "path_source", finding.path_source, "anomalies", finding.anomalies,
             "overwritten", finding.overwritten, "recovered", finding.recovered, "hashes",
             finding.hashes, "extents", finding.extents, "extents_left_out",
             finding.extents_left_out, "cause", finding.cause, "matches", finding.matches, "known",
             finding.known, "log", finding.log, "score", finding.score, "place", finding.place,
             "why", finding.why, "exported", finding.exported, "locate", finding.locate,
             "no_locate", finding.no_locate);
}

void encode(CborWriter& out, const Issue& issue) {
  encode_map(out, "kind", issue.kind, "volume", issue.volume, "record", issue.record, "path",
             issue.path, "stream_name", issue.stream_name, "stage", issue.stage, "message",
             issue.message, "bytes", issue.bytes);
}

void encode(CborWriter& out, const std::map<std::string, u64>& sums) {
  out.map(sums.size());
  for (const auto& [key, sum] : sums) {
    out.text(key);
    out.number(sum);
  }
}

void encode(CborWriter& out, const ByteAccount& bytes) {
  encode_map(out, "planned", bytes.planned, "scanned", bytes.scanned, "sparse", bytes.sparse,
             "skipped", bytes.skipped, "unreadable", bytes.unreadable, "skipped_by",
             bytes.skipped_by);
}

void encode(CborWriter& out, const LogSpan& log) {
  encode_array(out, log.family, log.oldest, log.newest, log.count);
}

void encode(CborWriter& out, const SpaceShare& share) {
  encode_array(out, share.owned, share.skipped, share.unreadable);
}

} // namespace

std::string serialise(const Outcome& outcome) {
  CborWriter out;
  encode_map(out, "version", kOutcomeVersion, "stream", outcome.stream, "findings",
             outcome.findings, "issues", outcome.issues, "bytes", outcome.bytes, "log", outcome.log,
             "member_logs", outcome.member_logs, "space", outcome.space);
  return out.take();
}

std::string serialise(const SpaceAccount& space) {
  CborWriter out;
  encode_map(out, "size", space.size, "streams", space.streams, "slack", space.slack, "unallocated",
             space.unallocated, "metadata", space.metadata, "skipped", space.skipped, "unreadable",
             space.unreadable, "skipped_by", space.skipped_by);
  return out.take();
}

} // namespace coldsweep
