// SPDX-License-Identifier: Apache-2.0
// What a volume is: by its own boot sector, by its backup, by libtsk. Any thread.
#pragma once

#include "volume/tsk_survey.h"
#include "volume/volume_table.h"

#include <string>
#include <string_view>

namespace coldsweep {

struct JudgedVolume {
  const SourcePtr& media;
  std::string_view purpose; ///< as its type in the table says
  u64 limit = 0;            ///< where the next volume begins, or the media ends
};

/// Fills in `filesystem`, and corrects offset and size where the volume's boot sector and $MFT
/// contradict the table. Adds to the problems of `table`, which doesn't hold the volume yet.
void judge_volume(Volume& volume, const TskSurvey::FileSystem& theirs, const JudgedVolume& of,
                  VolumeTable& table);

void add_note(Volume& volume, const std::string& note);

} // namespace coldsweep
