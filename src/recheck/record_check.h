// SPDX-License-Identifier: Apache-2.0
// Compares where a finding says its content is with what the MFT record on the media says: hashes
// alone would also confirm the content of another file. Used by one thread.
#pragma once

#include "filesystem/file_lookup.h"
#include "filesystem/ntfs_volume.h"
#include "recheck/limits.h"
#include "recheck/verdict.h"
#include "report/sealed_case.h"

#include <memory>
#include <optional>
#include <string>

namespace coldsweep {

class RecordCheck {
public:
  /// `sealed` must outlive this object.
  RecordCheck(const report::SealedCase& sealed, SourcePtr media, const RecheckLimits& limits);

  /// Whether the MFT record says what the finding states. It is `confirmed`, too, if there is
  /// nothing to compare: the finding is of no MFT record, of slack, or of a part of a stream, or
  /// some of the file's records are lost. Throws FormatError if the volume or the record isn't
  /// there, ReadError if it can't be read. Fast if findings of one volume and record follow each
  /// other, as in a manifest.
  Rechecked compare(const report::FindingRow& finding);

private:
  struct Opened {
    u64 id = 0;
    std::string failure; ///< why it can't be opened
    std::string limit;   ///< why it wasn't opened, or not all of its records are known
    std::optional<NtfsVolume> ntfs;
    std::optional<FileLookup> lookup;
  };
  std::string difference(const report::FindingRow& finding);
  const LookedUpFile& file(u64 record);
  void open(const report::VolumeRow& volume);

  const report::SealedCase& sealed_;
  SourcePtr media_;
  RecheckLimits limits_;
  bool may_lack_extents_; ///< the container leaves out ranges, and so does the manifest
  std::unique_ptr<Opened> opened_;
  std::optional<std::pair<u64, LookedUpFile>> last_; ///< of the opened volume
  u64 opens_ = 0, searched_ = 0;
};

} // namespace coldsweep
