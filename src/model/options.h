// SPDX-License-Identifier: Apache-2.0
// What the user asked of a sweep. Filled by cli/, read by engine/.
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
  bool unallocated = false; ///< clusters in no use, or in use by nothing that is known
  bool slack = false;       ///< what lies behind streams, in MFT records and in indexes
  bool archives = true;     ///< members of archives, and of archives in them
  bool efs = false;         ///< what EFS encrypted, as the ciphertext that it is
  bool system = false;      ///< streams of NTFS itself, page and hibernation files, attributes
};

/// Which hashes of the whole media are computed.
enum class ImageHash : u8 {
  none,
  stored, ///< of the algorithms whose hashes the image stores, which may be none
  sha256  ///< these, and SHA-256
};

enum class ProgressStyle : u8 { automatic, bar, plain, json, none };

struct SweepOptions {
  std::vector<std::filesystem::path> image;                 ///< segments, or only the first
  std::filesystem::path output;                             ///< the case folder
  std::vector<std::filesystem::path> rules;                 ///< empty: the built-in pack
  std::vector<std::filesystem::path> known_bad, known_good; ///< hash sets
  bool skip_known = false;       ///< don't scan what a set of known files (NSRL) holds
  bool builtin_hash_sets = true; ///< the built-in known-bad list, and the files Exchange shipped
  u32 threads = 0;               ///< 0: all cores
  Scope scope;
  std::vector<std::string> volumes; ///< locators; empty: all NTFS volumes
  bool skip_broken_rules = false;
  /// Table of places and points; absent: the built-in one.
  std::optional<std::filesystem::path> places;
  std::vector<std::string>
      log_rules; ///< patterns of tags and names; empty: the tag `log`. Only recorded: the rules are loaded with them
  u32 timeout_seconds = 60; ///< of one stream
  u64 memory = 1_GiB;       ///< content held at once
  bool export_matched = true;
  u64 export_limit = 256_MiB; ///< of one copy
  bool fail_on_match = false;
  bool prefilter = true; ///< libyara sees only what some rule may match; the findings are the same
  std::optional<CaseInfo> case_info;
  ImageHash image_hash = ImageHash::stored;
  ProgressStyle progress = ProgressStyle::automatic;
};

} // namespace coldsweep
