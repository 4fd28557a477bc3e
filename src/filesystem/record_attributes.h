// SPDX-License-Identifier: Apache-2.0
// What the attributes of a file's MFT records hold, copied out of them. They are assembled once all
// of the file's records are known. Used by one thread.
#pragma once

#include "filesystem/kept_value.h"
#include "filesystem/ntfs_volume.h"
#include "filesystem/path_index.h"
#include "filesystem/stream_assembly.h"
#include "filesystem/wof_storage.h"
#include "model/options.h"

#include <map>

namespace coldsweep {

struct RecordAttributes {
  std::vector<CopiedAttribute> data;
  std::vector<CopiedAttribute> others; ///< of other types, if they are planned or occupy clusters
  std::vector<FileName> names;
  std::optional<WofReparse> wof;
  std::optional<u32> reparse_tag;                 ///< of another filter than WOF
  std::map<std::string, KeptValue> index_bitmaps; ///< by name in UTF-16LE
  u32 index_block = 0;                            ///< bytes

  /// Adds an attribute of that MFT record.
  void add(const Attribute& attribute, u64 record, u16 fixup_offset, const NtfsVolume& volume,
           const Scope& scope);
  /// Adds those of an extension record.
  void take(RecordAttributes&& more);
};

} // namespace coldsweep
