// SPDX-License-Identifier: Apache-2.0
// What examining one stream produced, and what the journal keeps of it. Plain values that can be
// serialised (manifest/record.h). They refer neither to the plan nor to a library.
#pragma once

#include "base/hash.h"
#include "model/space.h"
#include "model/stream.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coldsweep {

/// A stored range of the stream and its place in the media.
struct MediaExtent {
  u64 offset = 0; ///< in the stream
  std::optional<u64> media_offset;
  u64 length = 0;
  bool operator==(const MediaExtent&) const = default;
};

/// One place where a string of a rule matched.
struct Match {
  std::string id; ///< `$a`
  u64 offset = 0; ///< in the stream
  u64 length = 0; ///< of the match, which may exceed `data`
  /// Of its first byte. Absent where the media doesn't hold these bytes as matched.
  std::optional<u64> media_offset;
  std::string data; ///< at most 64 matched bytes, hex
  /// If it straddles extents: what is in each of them, by offset in the stream.
  std::vector<MediaExtent> parts{};
  std::string before{}, after{}; ///< at most 32 scanned bytes around it, hex
  bool operator==(const Match&) const = default;
};

constexpr std::size_t kMatchDataBytes = 64;
constexpr std::size_t kMatchContextBytes = 32;

/// Fills in `data`, `before` and `after` from the scanned content; the match is at `at` there. Does
/// nothing if `at` is past the end.
void show_match(ByteView content, u64 at, Match& match);

using MetaValue = std::variant<std::string, i64, bool>;

struct RuleRef {
  std::string name;
  std::string name_space;
  std::vector<std::string> tags;
  /// In the rule's order. A name may occur twice.
  std::vector<std::pair<std::string, MetaValue>> meta;
  std::string file; ///< as in `case.rules.files[].path`
  std::string file_sha256;
  bool operator==(const RuleRef&) const = default;
};

/// `entry` of findings made by a list of shipped files: what is missing from the list.
inline constexpr std::string_view kUnknownInWebRoot = "unknown_in_web_root";
inline constexpr std::string_view kForeignContent = "foreign_content";

/// What a hash set says about the stream: the set, and its entry (or what it lacks).
struct HashSetHit {
  std::string name;
  std::string entry;
  std::string note{}; ///< what the set says about it, or what a reader should know; may be empty

  bool operator==(const HashSetHit&) const = default;
};

/// Something suspicious about the file itself, whatever its content: a reserved name, a hidden
/// folder.
struct Anomaly {
  std::string name;        ///< `reserved_name` and the like
  std::string description; ///< what is suspicious, in words

  bool operator==(const Anomaly&) const = default;
};

/// Why there is a finding.
using Cause = std::variant<RuleRef, HashSetHit, Anomaly>;

/// Namespace and name, by which the manifest sorts the findings of a stream. Only rules have a
/// namespace.
std::pair<std::string_view, std::string_view> order_of(const Cause& cause);

/// The name that a summary shows.
std::string_view title_of(const Cause& cause);

/// The record of a log that was scanned on its own.
struct LogPlace {
  u64 line = 0;                    ///< 1-based; in an event log, the number of the event record
  std::optional<std::string> time; ///< ISO 8601 UTC, if the record has one

  bool operator==(const LogPlace&) const = default;
};

/// NTFS times in units of 100 ns since 1601-01-01 UTC, as stored.
struct Times {
  u64 created = 0, modified = 0, mft_modified = 0, accessed = 0;
  bool operator==(const Times&) const = default;
};

struct Reason {
  std::string reason;
  int points = 0;
  bool operator==(const Reason&) const = default;
};

/// A range of a stream that was examined as content of its own.
struct Part {
  StreamKind kind = StreamKind::carved;
  u64 offset = 0; ///< in the stream
  friend auto operator<=>(const Part&, const Part&) = default;
};

/// How much of a deleted file may have been overwritten since.
struct Overwritten {
  u64 clusters = 0; ///< of the stream, that are allocated now
  u64 of = 0;       ///< clusters that the stream had
  bool operator==(const Overwritten&) const = default;
};

struct Finding {
  StreamId stream;
  std::optional<Part> part{};     ///< absent: the stream as a whole
  std::string path;               ///< from the root of the volume, with `/`
  std::vector<std::string> links; ///< further paths of the same record (hard links), sorted
  std::string stream_name;
  std::optional<std::string> member;
  bool allocated = true;
  u64 size = 0;
  Encoding encoding = Encoding::plain;
  std::optional<Times> si;
  std::optional<Times> fn; ///< of the $FILE_NAME that gave `path`
  std::optional<std::string> owner_sid;
  std::optional<std::string> short_name{}; ///< of the DOS namespace
  /// Where `path` comes from, if not from $FILE_NAME and folders in use.
  std::optional<std::string> path_source{};
  std::vector<Anomaly> anomalies{}; ///< in its names and times, in addition to the cause
  std::optional<Overwritten> overwritten{};
  bool recovered = false; ///< the MFT record was found by its signature
  Hashes hashes;
  std::vector<MediaExtent> extents;
  u64 extents_left_out = 0; ///< further ones, which the line had no room for
  Cause cause;
  std::vector<Match> matches;
  std::optional<HashSetHit> known; ///< the stream is in a set of known (not: good) files
  std::optional<LogPlace> log;     ///< if the rule was evaluated on one record of a log
  std::optional<int> score;
  std::optional<std::string> place;
  std::vector<Reason> why;
  bool exported = false;
  std::string locate;      ///< a shell command; empty if `no_locate` says why there is none
  std::string no_locate{}; ///< empty if there is a command
  bool operator==(const Finding&) const = default;
};

enum class IssueKind : u8 {
  unreadable,
  encrypted,
  unsupported,
  over_limit,
  timed_out,
  crashed,
  malformed,
  matches_truncated,
};

std::string_view name_of(IssueKind kind);
/// The kind of that name; absent when there is none.
std::optional<IssueKind> issue_kind(std::string_view name);

/// Something the examiner must know about because it was not examined, or only in part.
struct Issue {
  IssueKind kind = IssueKind::unreadable;
  std::optional<u32> volume;
  std::optional<u64> record;
  std::optional<std::string> path;
  std::optional<std::string> stream_name;
  std::string stage; ///< `open`, `volume`, `plan`, `read`, `scan`, `archive`, `export`, `hash`, ...
  std::string message;
  u64 bytes = 0; ///< how many were not examined
  bool operator==(const Issue&) const = default;
};

/// The stage of issues that say which findings of a stream are not in the manifest, or not wholly.
inline constexpr std::string_view kFindingsStage = "findings";

/// Whether it makes the sweep incomplete, even if it names no bytes. Archive members beyond a limit
/// have no bytes on the volume, streams that a limit keeps out of the plan are in no account of
/// streams, and findings that were left out have no bytes. Other limits only mean that something
/// was examined in parts or less closely.
bool hides_content(const Issue& issue);

/// Bytes of a stream or a volume, by what happened to them. `planned` is the sum of the others.
struct ByteAccount {
  u64 planned = 0, scanned = 0, sparse = 0, skipped = 0, unreadable = 0;
  std::map<std::string, u64> skipped_by; ///< reason -> bytes; adds up to `skipped`

  void skip(const std::string& reason, u64 bytes);
  ByteAccount& operator+=(const ByteAccount& other);
  bool balanced() const;
  bool operator==(const ByteAccount&) const = default;
};

/// The time range of a log: "no hit" says nothing about times before it.
struct LogSpan {
  std::string family;                ///< `iis`, `http_proxy/ecp`, `evtx/Security.evtx`, ...
  std::optional<u64> oldest, newest; ///< NTFS times; absent if no record has one
  u64 count = 1;                     ///< logs that it is about
  bool operator==(const LogSpan&) const = default;
};

struct Outcome {
  StreamId stream;
  std::vector<Finding> findings;
  std::vector<Issue> issues;
  ByteAccount bytes;
  std::optional<LogSpan> log = {};
  std::vector<LogSpan> member_logs = {}; ///< in archives, one for each family
  SpaceShare space = {}; ///< on the volume; `skipped` has the first reason in `bytes.skipped_by`
  bool operator==(const Outcome&) const = default;

  /// Whether nothing was scanned, because bytes were unreadable (failed) or skipped (passed over).
  bool failed() const { return bytes.scanned == 0 && bytes.unreadable > 0; }
  bool passed_over() const {
    return bytes.scanned == 0 && bytes.unreadable == 0 && bytes.skipped > 0;
  }
};

} // namespace coldsweep
