// SPDX-License-Identifier: Apache-2.0
// What examining one stream produced: the unit of the journal, of a worker's pipe and of a checkpoint. Plain values,
// serialisable (manifest/record.h), with no reference to the plan or to a library.
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

/// One place where a string of a rule stands.
struct Match {
  std::string id; ///< `$a`
  u64 offset = 0; ///< in the stream
  u64 length = 0; ///< of the match, which may exceed `data`
  std::optional<u64>
      media_offset; ///< of its first byte; absent where the media does not hold these bytes as matched
  std::string data; ///< at most 64 matched bytes, hex
  std::vector<MediaExtent>
      parts{}; ///< where it straddles extents: each piece, by offset in the stream
  std::string before{}, after{}; ///< at most 32 bytes of what was scanned around it, hex
  bool operator==(const Match&) const = default;
};

constexpr std::size_t kMatchDataBytes = 64;
constexpr std::size_t kMatchContextBytes = 32;

/// Takes `data`, `before` and `after` from the content that was scanned, in which the match stands at `at`. Nothing where that
/// is past its end.
void show_match(ByteView content, u64 at, Match& match);

using MetaValue = std::variant<std::string, i64, bool>;

struct RuleRef {
  std::string name;
  std::string name_space;
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, MetaValue>>
      meta;         ///< in the rule's order; a name may occur twice
  std::string file; ///< as in `case.rules.files[].path`
  std::string file_sha256;
  bool operator==(const RuleRef&) const = default;
};

/// Entries of findings by a list of shipped files: what is missing from it.
inline constexpr std::string_view kUnknownInWebRoot = "unknown_in_web_root";
inline constexpr std::string_view kForeignContent = "foreign_content";

/// A hash set's word on the stream: the set, and the entry of it (or what is missing from it).
struct HashSetHit {
  std::string name;
  std::string entry;
  std::string note{}; ///< what the set says of it, or what a reader should know; may be empty

  bool operator==(const HashSetHit&) const = default;
};

/// Something odd about the file itself, whatever its content: a reserved name, a hidden folder.
struct Anomaly {
  std::string name;        ///< `reserved_name` and the like
  std::string description; ///< what is odd, in words

  bool operator==(const Anomaly&) const = default;
};

/// Why there is a finding.
using Cause = std::variant<RuleRef, HashSetHit, Anomaly>;

/// Namespace and name, by which the manifest orders the findings of a stream; only rules have a namespace.
std::pair<std::string_view, std::string_view> order_of(const Cause& cause);

/// What a summary calls it.
std::string_view title_of(const Cause& cause);

/// The record of a log that was scanned on its own.
struct LogPlace {
  u64 line = 0;                    ///< 1-based; of an event log the number of the event record
  std::optional<std::string> time; ///< ISO 8601 UTC, as far as the record tells

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

/// A range of a stream that was judged as if it were a content of its own.
struct Part {
  StreamKind kind = StreamKind::carved;
  u64 offset = 0; ///< in the stream
  friend auto operator<=>(const Part&, const Part&) = default;
};

/// Of a deleted file: how much of it was given to others since.
struct Overwritten {
  u64 clusters = 0; ///< that are allocated now
  u64 of = 0;       ///< that the stream had
  bool operator==(const Overwritten&) const = default;
};

struct Finding {
  StreamId stream;
  std::optional<Part> part{};     ///< absent: the stream as such
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
  std::optional<std::string>
      path_source{}; ///< where `path` comes from, unless from $FILE_NAME and folders in use
  std::vector<Anomaly> anomalies{}; ///< of its names and times, beside the cause
  std::optional<Overwritten> overwritten{};
  bool recovered = false; ///< the MFT record was found by its signature
  Hashes hashes;
  std::vector<MediaExtent> extents;
  Cause cause;
  std::vector<Match> matches;
  std::optional<HashSetHit> known; ///< the stream is one of a set of known (not: good) files
  std::optional<LogPlace> log;     ///< where the cause was judged for one record of a log
  std::optional<int> score;
  std::optional<std::string> place;
  std::vector<Reason> why;
  bool exported = false;
  std::string locate;
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

/// Something the examiner must know because it was not, or not wholly, looked at.
struct Issue {
  IssueKind kind = IssueKind::unreadable;
  std::optional<u32> volume;
  std::optional<u64> record;
  std::optional<std::string> path;
  std::optional<std::string> stream_name;
  std::string stage; ///< `open`, `volume`, `plan`, `read`, `scan`, `archive`, `export`, `hash`, ...
  std::string message;
  u64 bytes = 0; ///< how many were not looked at
  bool operator==(const Issue&) const = default;
};

/// Whether it leaves the sweep incomplete, even where it names no bytes: members behind a limit have none on the volume, and
/// other limits mean that something was judged in parts.
bool hides_content(const Issue& issue);

/// Bytes of a stream or a volume, by what became of them. `planned` is the sum of the others.
struct ByteAccount {
  u64 planned = 0, scanned = 0, sparse = 0, skipped = 0, unreadable = 0;
  std::map<std::string, u64> skipped_by; ///< reason -> bytes; adds up to `skipped`

  void skip(const std::string& reason, u64 bytes);
  ByteAccount& operator+=(const ByteAccount& other);
  bool balanced() const;
  bool operator==(const ByteAccount&) const = default;
};

/// A stream that is a log: "no hit" is only as good as the log is old.
struct LogSpan {
  std::string family;                ///< `iis`, `http_proxy/ecp`, `evtx/Security.evtx`, ...
  std::optional<u64> oldest, newest; ///< as NTFS counts; absent where no record tells
  bool operator==(const LogSpan&) const = default;
};

struct Outcome {
  StreamId stream;
  std::vector<Finding> findings;
  std::vector<Issue> issues;
  ByteAccount bytes;
  std::optional<LogSpan> log = {};
  SpaceShare space = {}; ///< of the volume; the reason for `skipped` is the first of `bytes`'
  bool operator==(const Outcome&) const = default;

  /// Whether nothing of it was looked at although it has bytes (as opposed to scanned, if only in part).
  bool failed() const { return bytes.scanned == 0 && bytes.unreadable > 0; }
  bool passed_over() const {
    return bytes.scanned == 0 && bytes.unreadable == 0 && bytes.skipped > 0;
  }
};

} // namespace coldsweep
