// SPDX-License-Identifier: Apache-2.0
// Media -> volumes: the partitions of a GPT or MBR (extended ones too), or the whole media if it
// has no partition table.
#pragma once

#include "image/image.h"

#include <string>
#include <vector>

namespace coldsweep {

struct Volume {
  std::string locator;     ///< `p1`, `p2`, ... in media order; `v` without a table
  u64 offset = 0;          ///< in the media
  u64 size = 0;            ///< as the table claims, or that of the media
  std::string filesystem;  ///< `ntfs`, libtsk's name, or `unknown`
  std::string description; ///< as the table describes it, e.g. `NTFS / exFAT (0x07)`
  std::string note;        ///< e.g. that it also looks like something else; may be empty
  SourcePtr source;
};

struct VolumeTable {
  std::string kind; ///< `gpt`, `mbr`, `none`, ...
  std::vector<Volume> volumes;
  /// What could not be determined, in words. Each makes the sweep incomplete.
  std::vector<std::string> problems;
};

/// Finds the volumes. A volume is NTFS if its own boot sector says so, whatever libtsk sees in it.
/// libtsk parses the media in a child process: a crash or a hang there becomes a problem of the
/// table. Throws Stopped once `stop` is set (null: no such flag).
VolumeTable find_volumes(const std::vector<std::filesystem::path>& segments, const SourcePtr& media,
                         const StopFlag* stop = nullptr);

} // namespace coldsweep
