// SPDX-License-Identifier: Apache-2.0
// Raw space -> parts that begin like a file, each with the size that the file would have, so that a
// rule's conditions on size and position can be evaluated. Sizes come from headers (PE, cabinet,
// zip); a text ends at its first NUL. Pure function.
#pragma once

#include "base/types.h"

#include <span>
#include <vector>

namespace coldsweep {

/// Bytes that are adjacent on the volume.
struct RawRun {
  u64 offset = 0, length = 0; ///< in the content
  u64 first_start = 0;        ///< where the first cluster begins, at or past `offset`
};

struct CarveOptions {
  u64 cluster_size = 4096;
  /// Of MFT records, whose resident $DATA is carved. 0: don't look for records.
  u32 record_size = 1024;
  /// Look for script tags and stale attributes at any offset: for the slack of records.
  bool anywhere = false;
  /// Where the content begins within its record, in which attributes are aligned to 8 bytes.
  u64 attribute_phase = 0;
};

struct Carved {
  u64 offset = 0, size = 0; ///< in the content
  /// The content if it differs from the stored bytes, since an update sequence was undone. Else
  /// empty.
  std::vector<std::byte> mended;
};

struct CarveResult {
  std::vector<Carved> pieces; ///< in order; no two are the same
  u64 left_out = 0;           ///< starts that were skipped because there were too many
};

/// All parts together have at most four times as many bytes as the content.
CarveResult carve(ByteView content, std::span<const RawRun> runs, const CarveOptions& options);

} // namespace coldsweep
