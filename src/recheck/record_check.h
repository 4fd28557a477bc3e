// SPDX-License-Identifier: Apache-2.0
// Compares where a finding says its content is with what the MFT record on the media says: hashes
// alone would also confirm the content of another file. Used by one thread.
#pragma once

#include "filesystem/file_lookup.h"
#include "filesystem/ntfs_volume.h"
#include "report/sealed_case.h"

#include <memory>
#include <optional>
#include <string>

namespace coldsweep {

class RecordCheck {
public:
  /// `sealed` must outlive this object.
  RecordCheck(const report::SealedCase& sealed, SourcePtr media);

  /// What the finding states and the MFT record doesn't; empty if they agree, or if there is
  /// nothing to compare: the finding is of no MFT record, of slack, or of a part of a stream, or
  /// some of the file's records are lost. Throws FormatError if the volume or the record isn't
  /// there, ReadError if it can't be read. Fast if findings of one volume and record follow each
  /// other, as in a manifest.
  std::string differing(const report::FindingRow& finding);

private:
  struct Opened {
    u64 id = 0;
    std::string failure; ///< why it can't be opened
    std::optional<NtfsVolume> ntfs;
    std::optional<FileLookup> lookup;
  };
  const LookedUpFile& file(const report::VolumeRow& volume, u64 record);
  void open(const report::VolumeRow& volume);

  const report::SealedCase& sealed_;
  SourcePtr media_;
  bool may_lack_extents_; ///< the container leaves out ranges, and so does the manifest
  std::unique_ptr<Opened> opened_;
  std::optional<std::pair<u64, LookedUpFile>> last_; ///< of the opened volume
  u64 opens_ = 0, searched_ = 0;
};

} // namespace coldsweep
