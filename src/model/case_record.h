// SPDX-License-Identifier: Apache-2.0
// What a manifest says about the case as a whole: image, rules, options, volumes, coverage.
// (model/outcome.h has what it says about one stream.)
#pragma once

#include "model/case_info.h"
#include "model/outcome.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep {

struct SegmentRecord {
  std::string name; ///< file name, without its folder
  u64 size = 0;
};

struct ImageRecord {
  std::string format; ///< `raw`, `split raw`, `ewf`, `vmdk`, `vhd`
  u64 size = 0;       ///< of the media, in bytes
  std::vector<SegmentRecord> segments;
  /// case_number, evidence_number, examiner, acquired, tool, ...
  std::map<std::string, std::string> acquisition;
  std::map<std::string, std::string> stored_hashes;   ///< md5, sha1
  std::map<std::string, std::string> computed_hashes; ///< md5, sha1, sha256; may be empty
  std::optional<bool> hash_match;                     ///< absent if there was nothing to compare
  /// What could not be read at acquisition: offset and length in the media.
  std::vector<std::pair<u64, u64>> acquisition_errors{};
};

struct RuleFileRecord {
  std::string path; ///< as given after -r, or relative to that folder
  std::string sha256;
  u64 rules = 0;
};

struct RejectedRules {
  std::string path;
  u64 line = 0;
  std::string message;
  /// It was not tried, because of its name. Not in the manifest.
  bool passed_over = false;
  bool operator==(const RejectedRules&) const = default;
};

/// `path(line)`, or the path of a file that is rejected as a whole.
std::string place_of(const RejectedRules& rejected);

struct RulesRecord {
  std::string sha256; ///< of the files' paths and hashes, in order
  std::vector<RuleFileRecord> files;
  std::vector<RejectedRules> rejected;
};

/// A hash set that streams were compared with.
struct HashSetRecord {
  std::string name;   ///< unique: the file name, or `builtin/...`
  std::string role;   ///< `known_bad`, `known_good`, `known`, `shipped_files`
  std::string format; ///< `text`, `csv`, `hashdeep`, `nsrl_rdsv3`, ...
  u64 size = 0;       ///< of the file
  std::string sha256; ///< of the file; for a database, of its first and last MiB together
  bool sha256_of_ends = false;
  std::optional<std::string> version; ///< as the database states it
  std::optional<u64> entries;         ///< absent where counting would mean reading them all
  u64 bad_lines = 0;
  std::vector<std::string> notes;
};

struct CaseRecord {
  std::string tool_version;
  std::string tool_commit;
  std::optional<CaseInfo> info;               ///< absent unless the examiner gave any
  std::map<std::string, std::string> engines; ///< yara, sleuthkit, ewf, ... -> version
  ImageRecord image;
  RulesRecord rules;
  std::vector<HashSetRecord> hash_sets;
  std::vector<std::string> scope;
  std::map<std::string, std::string> options; ///< only those that affect the manifest
};

enum class VolumeStatus : u8 { swept, locked, unsupported, unreadable };

std::string_view name_of(VolumeStatus status);

struct VolumeRecord {
  u32 id = 0;
  std::string locator; ///< `p2`, or `v` if there is no partition table
  std::optional<u64> offset;
  u64 size = 0;
  std::string filesystem; ///< `ntfs`, `fat32`, `ext4`, `unknown`, ...
  std::optional<u32> cluster_size;
  std::optional<std::string> serial;
  std::optional<std::string> label;
  std::optional<char> drive; ///< the drive letter rules saw in its paths; absent unless swept
  VolumeStatus status = VolumeStatus::unsupported;
  std::string note;    ///< what a reader should know, e.g. an ambiguous detection; may be empty
  SpaceAccount rest{}; ///< for a swept volume: its bytes outside every planned stream
};

struct StreamCounts {
  u64 planned = 0, scanned = 0, skipped = 0, failed = 0;
};

/// All logs of one family.
struct LogCoverage {
  std::string family;
  u64 files = 0;
  std::optional<u64> oldest, newest; ///< NTFS times

  /// Adds one more log, or the logs of another volume.
  void add(u64 more_files, std::optional<u64> more_oldest, std::optional<u64> more_newest);
};

struct CoverageRecord {
  u32 volume = 0;
  StreamCounts streams;
  ByteAccount bytes;
  std::vector<LogCoverage> logs; ///< by family
  SpaceAccount space;
};

} // namespace coldsweep
