// SPDX-License-Identifier: Apache-2.0
// What the user asked for: the options of one sweep. cli/ fills them in, sweep/ reads them, and
// filesystem/ gets the scope.
#pragma once

#include "base/types.h"
#include "model/case_info.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// Which streams are planned.
struct Scope {
  bool allocated = true;
  bool deleted = true;
  bool alternate_streams = true;
  bool unallocated = false; ///< unallocated clusters, and allocated ones of no known owner
  bool slack = false;       ///< slack of streams, MFT records and indexes
  bool archives = true;     ///< members of archives, and of archives inside archives
  bool efs = false;         ///< EFS-encrypted streams, as ciphertext
  bool system = false;      ///< NTFS's own streams, page and hibernation files, attributes
};

/// Which hashes of the whole media are computed.
enum class ImageHash : u8 {
  none,
  stored, ///< those that the image stores, if any
  sha256  ///< those, and SHA-256
};

enum class ProgressStyle : u8 { automatic, bar, plain, json, none };

struct SweepOptions {
  std::vector<std::filesystem::path> image; ///< segments, or only the first
  std::filesystem::path ddrescue_map;       ///< of a raw image, what could be read; empty: none
  std::filesystem::path output;             ///< the case folder
  std::vector<std::filesystem::path> rules; ///< empty: the built-in pack
  std::vector<std::filesystem::path> known_bad, known_good; ///< hash sets
  bool skip_known = false;       ///< don't scan what a set of known files (NSRL) holds
  bool builtin_hash_sets = true; ///< the built-in known-bad list, and the files Exchange shipped
  /// Worker threads. 0: the calling thread does all the work itself. The command line's default is
  /// one per core.
  u32 threads = 0;
  Scope scope;
  std::vector<std::string> volumes; ///< locators; empty: all NTFS volumes
  bool skip_broken_rules = false;
  /// Table of places and points. Absent: the built-in one.
  std::optional<std::filesystem::path> places;
  /// Patterns of tags and names; empty: the tag `log`. Only recorded in the manifest: the rules
  /// were loaded with them.
  std::vector<std::string> log_rules;
  /// External variables for all rules, as NAME=VALUE. Only recorded in the manifest, as well.
  std::vector<std::string> define;
  bool one_namespace = false; ///< the rule files were loaded into one
  std::vector<u64> volume_at; ///< offsets in the media of volumes that no table leads to
  bool find_volumes = false;  ///< search unpartitioned space for volumes sector by sector
  u32 timeout_seconds = 60;   ///< for one stream
  u64 memory = 1_GiB;         ///< limit of content and search databases held
  bool export_matched = true;
  u64 export_limit = 256_MiB; ///< for one copy
  bool fail_on_match = false;
  bool prefilter = true; ///< libyara gets only what some rule may match; same findings
  std::optional<CaseInfo> case_info;
  ImageHash image_hash = ImageHash::stored;
  ProgressStyle progress = ProgressStyle::automatic;
};

} // namespace coldsweep
