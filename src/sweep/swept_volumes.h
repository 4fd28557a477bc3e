// SPDX-License-Identifier: Apache-2.0
// Opens the volumes of an image: says what each one is, and plans those that are NTFS.
#pragma once

#include "base/stop.h"
#include "examine/swept_volume.h"
#include "image/image.h"
#include "model/case_record.h"
#include "model/options.h"
#include "volume/volume.h"

#include <deque>
#include <vector>

namespace coldsweep {

struct OpenedVolumes {
  std::vector<VolumeRecord> records;
  std::deque<SweptVolume> swept; ///< stable addresses
  std::vector<Issue> issues;     ///< of the partition table, and of volumes that can't be swept
};

/// Opens and plans. A volume that can't be opened or planned becomes an issue. Throws UsageError if
/// `--volume` names a volume that doesn't exist, and Stopped once the flag is set.
OpenedVolumes open_volumes(const Image& image, const VolumeTable& table,
                           const SweepOptions& options, const StopFlag& stop);

/// The record of a single volume, for `coldsweep info`.
VolumeRecord describe_volume(u32 id, const Volume& volume);

} // namespace coldsweep
