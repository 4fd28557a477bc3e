// SPDX-License-Identifier: Apache-2.0
// One file of a volume, read from its MFT records alone, without a plan of the whole volume. Used
// by one thread.
#pragma once

#include "filesystem/file_records.h"
#include "filesystem/kept_value.h"
#include "filesystem/ntfs_volume.h"
#include "filesystem/stream_assembly.h"

#include <vector>

namespace coldsweep {

/// What the MFT records of a file say of its streams.
struct LookedUpFile {
  u16 sequence = 0;
  /// Whether a plan of the volume may know more: records that the attribute list doesn't lead to,
  /// or that were left out.
  bool in_part = false;
  std::vector<FoundStream> data;   ///< $DATA, WOF-compressed content in place of its holes
  std::vector<FoundStream> others; ///< attributes of other types
};

class FileLookup {
public:
  /// `volume` must outlive this object.
  explicit FileLookup(const NtfsVolume& volume);

  /// Follows an attribute list as far as all lookups together read no more than a few times the
  /// volume. Throws FormatError if the record isn't the base record of a file, ReadError if it
  /// can't be read.
  LookedUpFile find(u64 record);

private:
  bool add_listed(const FileRecord& file, FileRecords& records);

  const NtfsVolume& volume_;
  ReadAllowance allowance_;
};

} // namespace coldsweep
