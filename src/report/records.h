// SPDX-License-Identifier: Apache-2.0
// What reports show of a manifest's lines, as plain values. Kinds are kept as texts, so that a
// manifest of a later version can be shown too. Any text may come from hostile evidence; the code
// that writes it has to escape it.
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

/// The weight of a finding: its score in three bands, or `unweighed` if it has no score.
enum class Weight : u8 { high, medium, low, unweighed };
inline constexpr std::size_t kWeights = 4;
inline constexpr i64 kHighScore = 80, kMediumScore = 40;

Weight weight_of(std::optional<i64> score);
std::string_view name_of(Weight weight);

struct VolumeRow {
  u64 id = 0;
  std::string locator, filesystem, status, label, note;
  std::string drive; ///< the drive letter that rules saw in its paths
  std::optional<u64> offset, cluster_size;
  u64 size = 0;
};

struct CoverageRow {
  u64 streams_planned = 0, streams_scanned = 0, streams_skipped = 0, streams_failed = 0;
  u64 planned = 0, scanned = 0, sparse = 0, skipped = 0, unreadable = 0;
  std::vector<std::pair<std::string, u64>> skipped_by;
  SpaceAccount space;
};

/// Created, modified, MFT record modified, accessed: ISO 8601 in UTC, empty if unknown.
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
  std::vector<ExtentRow> parts; ///< its pieces, if it is in several places
  std::string before, after;    ///< hex of the bytes around it
};

struct ReasonRow {
  std::string reason;
  i64 points = 0;
};

struct CauseRow {
  std::string kind; ///< `rule`, `hash_set` or `anomaly`
  std::string name; ///< of a hash set: what it says, such as `foreign_content`, or the hash
  std::string name_space;
  std::string detail; ///< the description of the rule or anomaly, or the note of the hash set
  std::string set;    ///< the name of the hash set: where the finding comes from
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
  std::optional<u64> within_offset; ///< only of a part: where it begins in the stream
  std::optional<u64> record;        ///< absent for bytes that belong to no MFT record
  u64 sequence = 0, attribute_id = 0;
  bool allocated = false;
  u64 size = 0;
  std::string encoding;
  TimeRow si, fn;
  std::string owner_sid, md5, sha1, sha256;
  std::vector<ExtentRow> extents;
  u64 extents_left_out = 0; ///< further ones, which the line had no room for
  CauseRow cause;
  std::vector<MatchRow> matches;
  std::optional<i64> score;
  std::string place;
  std::vector<ReasonRow> why;
  std::optional<u64> log_line;
  std::string log_time;
  std::vector<std::string> caveats; ///< see caveats.h
  std::string known;                ///< hash set and entry that list the stream
  bool exported = false;
  std::string locate;
};

/// `/path` or `/path:stream`, followed by `!/member` for a member of an archive.
std::string full_name(const FindingRow& finding);

/// Whether both are in the same stream (or member). Such findings are adjacent in the manifest.
bool same_stream(const FindingRow& a, const FindingRow& b);

struct IssueRow {
  std::string kind, path, stream, stage, message;
  std::optional<u64> volume;
  u64 bytes = 0;
};

} // namespace coldsweep::report
