// SPDX-License-Identifier: Apache-2.0
// What libtsk sees in a media: its partition table, and the file systems at given places. Runs
// libtsk in a child process, so that a crash or a hang there costs an answer only.
#pragma once

#include "image/image.h"

#include <map>
#include <string>
#include <vector>

namespace coldsweep {

struct TskSurvey {
  struct Part {
    u64 offset = 0, size = 0;
    std::string description;
  };
  struct FileSystem {
    std::string name;   ///< as libtsk calls it; empty where it can't tell
    std::string reason; ///< then its words for why: `EXT2/3/4 or NTFS`, `High entropy (8.00)`
  };
  std::string kind; ///< `gpt`, `mbr`, `bsd`, ...; empty where it finds no table
  std::vector<Part> parts;
  std::map<u64, FileSystem> file_systems; ///< by offset
  std::vector<std::string> problems;
  std::string failure; ///< why there is no answer at all
};

/// Looks for a table unless `table` is false, and for file systems in its parts and at `offsets`.
/// The child opens its own image from `segments`, so that it shares no file position with us;
/// `media` serves where they are empty.
TskSurvey survey_with_tsk(const std::vector<std::filesystem::path>& segments,
                          const SourcePtr& media, const std::vector<u64>& offsets, bool table);

} // namespace coldsweep
