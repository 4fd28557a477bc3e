// SPDX-License-Identifier: Apache-2.0
// CBOR -> outcome. Pure functions, any thread.
// A worker parses hostile evidence, so what it sends back is not trusted: every field is checked.
#include "manifest/record.h"

#include "base/error.h"
#include "manifest/cbor.h"

#include <concepts>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coldsweep {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& why) {
  throw FormatError(fmt::format("outcome: {}", why));
}

template <std::unsigned_integral T> T number(const Json& value) {
  if (!value.is_number_unsigned()) refuse("a number that is not negative expected");
  const u64 stored = value.get<u64>();
  if (stored > std::numeric_limits<T>::max()) refuse(fmt::format("{} is too great", stored));
  return static_cast<T>(stored);
}

i64 signed_number(const Json& value) {
  if (!value.is_number_integer()) refuse("a number expected");
  if (value.is_number_unsigned() && value.get<u64>() > std::numeric_limits<i64>::max())
    refuse(fmt::format("{} is too great", value.get<u64>()));
  return value.get<i64>();
}

int small_number(const Json& value) {
  const i64 stored = signed_number(value);
  if (stored < std::numeric_limits<int>::min() || stored > std::numeric_limits<int>::max())
    refuse(fmt::format("{} is out of range", stored));
  return static_cast<int>(stored);
}

const std::string& text(const Json& value) { return value.get_ref<const std::string&>(); }

bool flag(const Json& value) { return value.get_ref<const bool&>(); }

template <typename F>
auto unless_null(const Json& value, F&& decode)
    -> std::optional<std::decay_t<decltype(decode(value))>> {
  if (value.is_null()) return std::nullopt;
  return decode(value);
}

const Json& array(const Json& value) {
  if (!value.is_array()) refuse("an array expected");
  return value;
}

const Json& array_of_size(const Json& value, std::size_t size) {
  if (array(value).size() != size) refuse(fmt::format("an array of {} expected", size));
  return value;
}

template <typename F> auto vector_of(const Json& value, F&& decode) {
  std::vector<std::decay_t<decltype(decode(value))>> items;
  for (const Json& item : array(value)) items.push_back(decode(item));
  return items;
}

/// Accepts only enumerators that this version has a name for.
template <typename E> E enumerator(const Json& value) {
  const E stored = static_cast<E>(number<u8>(value));
  if (name_of(stored) == "unknown") refuse("a kind or an encoding this version doesn't know");
  return stored;
}

StreamId decode_stream(const Json& value) {
  array_of_size(value, 5);
  return {.volume = number<u32>(value[0]),
          .record = number<u64>(value[1]),
          .sequence = number<u16>(value[2]),
          .attribute = number<u16>(value[3]),
          .kind = enumerator<StreamKind>(value[4])};
}

Times decode_times(const Json& value) {
  array_of_size(value, 4);
  return {.created = number<u64>(value[0]),
          .modified = number<u64>(value[1]),
          .mft_modified = number<u64>(value[2]),
          .accessed = number<u64>(value[3])};
}

MetaValue decode_meta_value(const Json& value) {
  if (value.is_string()) return text(value);
  if (value.is_boolean()) return flag(value);
  return signed_number(value);
}

RuleRef decode_rule(const Json& value) {
  return {.name = text(value.at("name")),
          .name_space = text(value.at("namespace")),
          .tags = vector_of(value.at("tags"), text),
          .meta = vector_of(value.at("meta"),
                            [](const Json& entry) {
                              array_of_size(entry, 2);
                              return std::pair(text(entry[0]), decode_meta_value(entry[1]));
                            }),
          .file = text(value.at("file")),
          .file_sha256 = text(value.at("file_sha256"))};
}

std::pair<std::string, std::string> decode_two_texts(const Json& value) {
  array_of_size(value, 2);
  return {text(value[0]), text(value[1])};
}

HashSetHit decode_hash_set(const Json& value) {
  array_of_size(value, 3);
  return {text(value[0]), text(value[1]), text(value[2])};
}

Anomaly decode_anomaly(const Json& value) {
  auto [name, description] = decode_two_texts(value);
  return {std::move(name), std::move(description)};
}

Reason decode_reason(const Json& value) {
  array_of_size(value, 2);
  return {text(value[0]), small_number(value[1])};
}

Cause decode_cause(const Json& value) {
  if (!value.is_object() || value.size() != 1) refuse("one cause of a finding expected");
  if (value.contains("rule")) return decode_rule(value["rule"]);
  if (value.contains("hash_set")) return decode_hash_set(value["hash_set"]);
  return decode_anomaly(value.at("anomaly"));
}

LogPlace decode_log_place(const Json& value) {
  array_of_size(value, 2);
  return {number<u64>(value[0]), unless_null(value[1], text)};
}

MediaExtent decode_extent(const Json& value) {
  array_of_size(value, 3);
  return {number<u64>(value[0]), unless_null(value[1], number<u64>), number<u64>(value[2])};
}

Match decode_match(const Json& value) {
  array_of_size(value, 8);
  return {.id = text(value[0]),
          .offset = number<u64>(value[1]),
          .length = number<u64>(value[2]),
          .media_offset = unless_null(value[3], number<u64>),
          .data = text(value[4]),
          .parts = vector_of(value[5], decode_extent),
          .before = text(value[6]),
          .after = text(value[7])};
}

Part decode_part(const Json& value) {
  array_of_size(value, 2);
  return {enumerator<StreamKind>(value[0]), number<u64>(value[1])};
}

Overwritten decode_overwritten(const Json& value) {
  array_of_size(value, 2);
  return {number<u64>(value[0]), number<u64>(value[1])};
}

Finding decode_finding(const Json& value) {
  const Json& hashes = array_of_size(value.at("hashes"), 3);
  return {.stream = decode_stream(value.at("stream")),
          .part = unless_null(value.at("part"), decode_part),
          .path = text(value.at("path")),
          .links = vector_of(value.at("links"), text),
          .stream_name = text(value.at("stream_name")),
          .member = unless_null(value.at("member"), text),
          .allocated = flag(value.at("allocated")),
          .size = number<u64>(value.at("size")),
          .encoding = enumerator<Encoding>(value.at("encoding")),
          .si = unless_null(value.at("si"), decode_times),
          .fn = unless_null(value.at("fn"), decode_times),
          .owner_sid = unless_null(value.at("owner_sid"), text),
          .short_name = unless_null(value.at("short_name"), text),
          .path_source = unless_null(value.at("path_source"), text),
          .anomalies = vector_of(value.at("anomalies"), decode_anomaly),
          .overwritten = unless_null(value.at("overwritten"), decode_overwritten),
          .recovered = flag(value.at("recovered")),
          .hashes = {text(hashes[0]), text(hashes[1]), text(hashes[2])},
          .extents = vector_of(value.at("extents"), decode_extent),
          .extents_left_out = number<u64>(value.at("extents_left_out")),
          .cause = decode_cause(value.at("cause")),
          .matches = vector_of(value.at("matches"), decode_match),
          .known = unless_null(value.at("known"), decode_hash_set),
          .log = unless_null(value.at("log"), decode_log_place),
          .score = unless_null(value.at("score"), small_number),
          .place = unless_null(value.at("place"), text),
          .why = vector_of(value.at("why"), decode_reason),
          .exported = flag(value.at("exported")),
          .locate = text(value.at("locate")),
          .no_locate = text(value.at("no_locate"))};
}

Issue decode_issue(const Json& value) {
  const std::optional<IssueKind> kind = issue_kind(text(value.at("kind")));
  if (!kind) refuse("an issue of a kind this version doesn't know");
  return {.kind = *kind,
          .volume = unless_null(value.at("volume"), number<u32>),
          .record = unless_null(value.at("record"), number<u64>),
          .path = unless_null(value.at("path"), text),
          .stream_name = unless_null(value.at("stream_name"), text),
          .stage = text(value.at("stage")),
          .message = text(value.at("message")),
          .bytes = number<u64>(value.at("bytes"))};
}

std::map<std::string, u64> decode_reasons(const Json& value) {
  if (!value.is_object()) refuse("an object expected");
  std::map<std::string, u64> reasons;
  for (const auto& [reason, bytes] : value.items()) reasons[reason] = number<u64>(bytes);
  return reasons;
}

SpaceShare decode_share(const Json& value) {
  array_of_size(value, 3);
  return {number<u64>(value[0]), number<u64>(value[1]), number<u64>(value[2])};
}

ByteAccount decode_bytes(const Json& value) {
  ByteAccount bytes{.planned = number<u64>(value.at("planned")),
                    .scanned = number<u64>(value.at("scanned")),
                    .sparse = number<u64>(value.at("sparse")),
                    .skipped = number<u64>(value.at("skipped")),
                    .unreadable = number<u64>(value.at("unreadable")),
                    .skipped_by = {}};
  bytes.skipped_by = decode_reasons(value.at("skipped_by"));
  return bytes;
}

LogSpan decode_log_span(const Json& value) {
  array_of_size(value, 4);
  return {text(value[0]), unless_null(value[1], number<u64>), unless_null(value[2], number<u64>),
          number<u64>(value[3])};
}

} // namespace

Outcome parse_outcome(std::string_view bytes) {
  require_plain_cbor(bytes);
  try {
    const Json json = Json::from_cbor(bytes);
    if (number<u64>(json.at("version")) != kOutcomeVersion)
      refuse(fmt::format("version {} expected", kOutcomeVersion));
    return {.stream = decode_stream(json.at("stream")),
            .findings = vector_of(json.at("findings"), decode_finding),
            .issues = vector_of(json.at("issues"), decode_issue),
            .bytes = decode_bytes(json.at("bytes")),
            .log = unless_null(json.at("log"), decode_log_span),
            .member_logs = vector_of(json.at("member_logs"), decode_log_span),
            .space = decode_share(json.at("space"))};
  } catch (const Json::exception& error) {
    refuse(error.what());
  }
}

SpaceAccount parse_space(std::string_view bytes) {
  require_plain_cbor(bytes);
  try {
    const Json json = Json::from_cbor(bytes);
    return {.size = number<u64>(json.at("size")),
            .streams = number<u64>(json.at("streams")),
            .slack = number<u64>(json.at("slack")),
            .unallocated = number<u64>(json.at("unallocated")),
            .metadata = number<u64>(json.at("metadata")),
            .skipped = number<u64>(json.at("skipped")),
            .unreadable = number<u64>(json.at("unreadable")),
            .skipped_by = decode_reasons(json.at("skipped_by"))};
  } catch (const Json::exception& error) {
    refuse(error.what());
  }
}

} // namespace coldsweep
