// SPDX-License-Identifier: Apache-2.0
// The volumes of an image, and what was wrong with its partition table.
#pragma once

#include "image/byte_source.h"

#include <string>
#include <vector>

namespace coldsweep {

struct Volume {
  /// `p1`, `p2`, ... for the partitions in media order; `v` without a table; `at1048576` for a
  /// volume at that offset which no table leads to.
  std::string locator;
  u64 offset = 0;          ///< in the media
  u64 size = 0;            ///< as the table claims, or the boot sector, or that of the media
  std::string filesystem;  ///< `ntfs`, libtsk's name, or `unknown`
  std::string description; ///< as the table describes it, e.g. `NTFS / exFAT (0x07)`
  std::string note;        ///< e.g. that it also looks like something else; may be empty
  SourcePtr source;
  bool opened_by_libtsk = false; ///< as NTFS, from our own reading of the media
  /// Why The Sleuth Kit's programs don't open it, as ask_sleuth_kit() finds out; empty if they do.
  std::string refused_by_sleuth_kit{};
};

struct VolumeTable {
  std::string kind;            ///< `gpt`, `mbr`, `none`, ...
  std::vector<Volume> volumes; ///< in media order
  /// What could not be determined, in words. Each makes the sweep incomplete.
  std::vector<std::string> problems;
  /// Where volumes were looked for, for the message that there is none to sweep.
  std::string searched{};
  /// Why The Sleuth Kit's programs don't open the image, as ask_sleuth_kit() finds out; empty if
  /// they do.
  std::string refused_by_sleuth_kit{};
  u64 sleuth_kit_sector = 512; ///< bytes that their `-o` counts in it
};

} // namespace coldsweep
