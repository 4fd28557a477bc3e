// SPDX-License-Identifier: Apache-2.0
// What reports show of a manifest's lines: plain values, with kinds as the texts that stand there, so that a manifest of a
// later version can be shown as well. Every text may come from hostile evidence and is escaped by whoever writes it.
#pragma once

#include "base/types.h"
#include "model/space.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep::report {

/// How much a finding weighs: its score in three bands, or none where it was not scored.
enum class Weight : u8 { high, medium, low, unweighed };
inline constexpr std::size_t kWeights = 4;
inline constexpr i64 kHighScore = 80, kMediumScore = 40;

Weight weight_of(std::optional<i64> score);
std::string_view name_of(Weight weight);

struct VolumeRow {
  u64 id = 0;
  std::string locator, filesystem, status, label, serial, note;
  std::string drive; ///< the letter under which rules saw its paths
  std::optional<u64> offset, cluster_size;
  u64 size = 0;
};

struct CoverageRow {
  u64 streams_planned = 0, streams_scanned = 0, streams_skipped = 0, streams_failed = 0;
  u64 planned = 0, scanned = 0, sparse = 0, skipped = 0, unreadable = 0;
  std::vector<std::pair<std::string, u64>> skipped_by;
  SpaceAccount space;
};

/// Created, modified, MFT record modified, accessed: ISO 8601 in UTC, empty where there is none.
using TimeRow = std::array<std::string, 4>;

struct ExtentRow {
  u64 offset = 0, length = 0;
  std::optional<u64> media_offset;
};

struct MatchRow {
  std::string id;
  u64 offset = 0, length = 0;
  std::optional<u64> media_offset;
  std::string data;             ///< hex of the first bytes
  std::vector<ExtentRow> parts; ///< where it stands in several places
  std::string before, after;    ///< hex of what stands around it
};

struct ReasonRow {
  std::string reason;
  i64 points = 0;
};

struct CauseRow {
  std::string kind; ///< `rule`, `hash_set` or `anomaly`
  std::string name;
  std::string name_space;
  std::string detail; ///< the entry of the set, what is odd, or the rule's description
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> meta;
  std::string file, file_sha256;
};

struct FindingRow {
  u64 number = 0; ///< 1 for the first of the manifest
  u64 volume = 0;
  std::string path;
  std::vector<std::string> links;
  std::string stream;
  std::optional<std::string> member;
  std::string kind;
  std::optional<u64> within_offset; ///< of a part: where it begins in the stream
  std::optional<u64> record;        ///< absent for bytes that belong to no MFT record
  u64 sequence = 0, attribute_id = 0;
  bool allocated = false;
  u64 size = 0;
  std::string encoding;
  TimeRow si, fn;
  std::string owner_sid, md5, sha1, sha256;
  std::vector<ExtentRow> extents;
  CauseRow cause;
  std::vector<MatchRow> matches;
  std::optional<i64> score;
  std::string place;
  std::vector<ReasonRow> why;
  std::optional<u64> log_line;
  std::string log_time;
  std::vector<std::string> caveats; ///< see caveats.h
  std::string known;                ///< set and entry that know the stream
  bool exported = false;
  std::string locate;
};

/// `/path`, `/path:stream`, and the member of an archive behind `!/`.
std::string full_name(const FindingRow& finding);

/// Whether both are of the same stream (or member); such findings follow each other in the manifest.
bool same_stream(const FindingRow& a, const FindingRow& b);

struct IssueRow {
  std::string kind, path, stream, stage, message;
  std::optional<u64> volume, record;
  u64 bytes = 0;
};

} // namespace coldsweep::report
