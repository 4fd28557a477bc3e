// SPDX-License-Identifier: Apache-2.0
// Raw space -> pieces that begin like a file, each with the size it would have had, so that a rule's conditions on size and
// on places can be judged. Sizes are read from headers (PE, cabinet, zip), or a text ends at its first NUL. Pure function.
#pragma once

#include "base/types.h"

#include <span>
#include <vector>

namespace coldsweep {

/// Bytes that lie next to one another on the volume.
struct RawRun {
  u64 offset = 0, length = 0; ///< in the content
  u64 first_start = 0; ///< where in the content the first cluster begins, at or past `offset`
};

struct CarveOptions {
  u64 cluster_size = 4096;
  u32 record_size =
      1024; ///< of MFT records, whose resident $DATA is carved; 0: none are looked for
  bool anywhere =
      false; ///< script tags and stale attributes at any place: for the slack of records
  u64 attribute_phase =
      0; ///< of the content's beginning within a record, where attributes are aligned to 8
};

struct Carved {
  u64 offset = 0, size = 0; ///< in the content
  std::vector<std::byte>
      mended; ///< the content where the stored bytes aren't it: an update sequence was undone. Else empty
};

struct CarveResult {
  std::vector<Carved> pieces; ///< in order; no two are the same
  u64 left_out = 0;           ///< beginnings that were too many to look at
};

/// The pieces together have at most four times as many bytes as the content.
CarveResult carve(ByteView content, std::span<const RawRun> runs, const CarveOptions& options);

} // namespace coldsweep
