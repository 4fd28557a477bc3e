// SPDX-License-Identifier: Apache-2.0
// What the attributes of a file's MFT records hold, copied out of them: to be put together when all of its records are
// known. Used by one thread.
#pragma once

#include "filesystem/ntfs_volume.h"
#include "filesystem/path_index.h"
#include "filesystem/stream_assembly.h"
#include "filesystem/wof_storage.h"
#include "model/options.h"

#include <map>

namespace coldsweep {

struct RecordAttributes {
  std::vector<CopiedAttribute> data;
  std::vector<CopiedAttribute> others; ///< of other types, where they are planned or take clusters
  std::vector<FileName> names;
  std::optional<WofReparse> wof;
  std::map<std::string, std::vector<std::byte>> index_bitmaps; ///< by name, as CopiedAttribute's
  u32 index_block = 0;                                         ///< bytes

  /// One attribute of that MFT record.
  void add(const Attribute& attribute, u64 record, u16 fixup_offset, const NtfsVolume& volume,
           const Scope& scope);
  /// Those of an extension record.
  void take(RecordAttributes&& more);
};

} // namespace coldsweep
