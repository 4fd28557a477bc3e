// SPDX-License-Identifier: Apache-2.0
// Media -> volumes: partitions of a GPT or MBR (extended ones too), or the whole media where it has no table.
#pragma once

#include "image/image.h"

#include <string>
#include <vector>

namespace coldsweep {

struct Volume {
  std::string locator;     ///< `p1`, `p2`, ... in the order of the media; `v` without a table
  u64 offset = 0;          ///< in the media
  u64 size = 0;            ///< as the table claims, or the media's
  std::string filesystem;  ///< `ntfs`, or what libtsk calls it; `unknown`
  std::string description; ///< the table's words for it, e.g. `NTFS / exFAT (0x07)`
  std::string note;        ///< e.g. that it also looks like something else; may be empty
  SourcePtr source;
};

struct VolumeTable {
  std::string kind; ///< `gpt`, `mbr`, `none`, ...
  std::vector<Volume> volumes;
  std::vector<std::string>
      problems; ///< what could not be judged, in words; each makes the sweep incomplete
};

/// Finds the volumes. NTFS is judged by its own boot sector, whatever else libtsk sees in the volume. libtsk parses the
/// media in a child process: a crash or a hang there becomes a problem of the table.
VolumeTable find_volumes(const std::vector<std::filesystem::path>& segments,
                         const SourcePtr& media);

} // namespace coldsweep
