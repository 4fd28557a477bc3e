// SPDX-License-Identifier: Apache-2.0
// What libtsk sees in the media: the partition table, and the file systems at given offsets; and
// what the programs that come with it make of the image. libtsk runs in a child process, so that a
// crash or a hang there only loses the answer.
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
    std::string name;   ///< libtsk's name for it; empty if it doesn't recognise one
    std::string reason; ///< libtsk's reason for that: `EXT2/3/4 or NTFS`, `High entropy (8.00)`
  };
  std::string kind; ///< `gpt`, `mbr`, `bsd`, ...; empty if it finds no table
  std::vector<Part> parts;
  std::map<u64, FileSystem> file_systems; ///< by offset
  std::vector<std::string> problems;
  std::string failure; ///< why there is no answer at all
};

/// What to look for.
struct SurveyScope {
  const std::vector<u64>& offsets; ///< of file systems
  bool table = true;               ///< a partition table, and file systems in its partitions
  u64 unit = 512;                  ///< how many bytes the table's numbers count
};

/// The child opens the image again from `segments`, so that it shares no file position with us. If
/// `segments` is empty, it reads from `media`. Throws Stopped once `stop` is set (null: no such
/// flag).
TskSurvey survey_with_tsk(const std::vector<std::filesystem::path>& segments,
                          const SourcePtr& media, const SurveyScope& scope, const StopFlag* stop);

/// How icat, img_cat and the like, given the image's segments and format, open it.
struct TskPrograms {
  std::string refused; ///< why they don't, or not all of it; empty if they do
  u64 sector = 512;    ///< bytes of a sector, which their offsets count
  std::map<u64, std::string> refused_volumes; ///< offsets of NTFS volumes they don't open, and why
};

/// `offsets`: of NTFS volumes. Throws Stopped once `stop` is set (null: no such flag).
TskPrograms ask_tsk_programs(const Image& image, const std::vector<u64>& offsets,
                             const StopFlag* stop);

} // namespace coldsweep
