// SPDX-License-Identifier: Apache-2.0
// A volume that is being swept: where its bytes are, which streams are planned, and what findings
// say of it.
#pragma once

#include "examine/locate.h"
#include "filesystem/ntfs_plan.h"
#include "hash_sets/shipped_files.h"
#include "image/byte_source.h"

namespace coldsweep {

/// Complete once the volumes are opened; all threads then share it, read-only.
struct SweptVolume {
  u32 id = 0;
  SourcePtr source;
  NtfsPlan plan;
  char drive = 'C'; ///< its letter in the paths that rules see
  LocateTarget target{};
  WebFolders web_folders{};
  u32 record_size = 1024; ///< of an MFT record, in bytes
};

} // namespace coldsweep
