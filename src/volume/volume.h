// SPDX-License-Identifier: Apache-2.0
// Media -> volumes: the partitions of a GPT or MBR (extended ones too), NTFS volumes outside of
// them, or the whole media if it has no partition table.
#pragma once

#include "base/stop.h"
#include "image/image.h"
#include "volume/volume_table.h"

#include <filesystem>
#include <vector>

namespace coldsweep {

/// How to look for volumes, beyond what the partition table says.
struct VolumeChoices {
  std::vector<u64> at;       ///< NTFS volumes that the examiner knows of: offsets in the media
  bool every_sector = false; ///< search unpartitioned and unknown space sector by sector
};

/// Finds the volumes. A volume is NTFS if its own boot sector says so, whatever libtsk sees in it.
/// libtsk parses the media in a child process: a crash or a hang there becomes a problem of the
/// table. Throws UsageError if there is no volume where `choices` expects one, and Stopped once
/// `stop` is set (null: no such flag).
VolumeTable find_volumes(const std::vector<std::filesystem::path>& segments, const SourcePtr& media,
                         const VolumeChoices& choices = {}, const StopFlag* stop = nullptr);

/// Finds out whether The Sleuth Kit's programs open the image and its NTFS volumes, so that a
/// command can be given which shows a file's bytes. In a child process, and only as far as
/// find_volumes() doesn't know. Throws Stopped once `stop` is set (null: no such flag).
void ask_sleuth_kit(const Image& image, VolumeTable& table, const StopFlag* stop);

} // namespace coldsweep
