// SPDX-License-Identifier: Apache-2.0
// Blocks of an index ($INDEX_ALLOCATION) -> their slack: the bytes past the entries in use. Entries
// that were deleted, or moved when the tree was rebalanced, remain there with name and times.
// Layout: Linux-NTFS project, "NTFS Documentation", INDX.
#pragma once

#include "filesystem/lost_names.h"
#include "image/byte_source.h"
#include "model/stream.h"

#include <vector>

namespace coldsweep {

/// NTFS's are of 4 KiB; the update sequence would permit up to 32 MiB. The size comes from the
/// volume, and a buffer gets it.
constexpr u32 kMostIndexBlock = 64 << 10;

/// The slack of one block.
struct IndexSlack {
  u64 offset = 0; ///< in the attribute
  u64 length = 0; ///< to the end of the block
  u64 block = 0;  ///< where the block begins
  /// Of its update sequence array. 0: the block has none, and its bytes are taken as stored.
  u16 array_offset = 0;
  bool zeros = false;          ///< the slack is all zeros
  std::vector<LostName> names; ///< found in what look like index entries
};

/// Reads the blocks of an index through its extents. `bitmap` has a bit for each block in use;
/// blocks past its end count as in use. Blocks that can't be read are left out.
std::vector<IndexSlack> index_slack(const ByteSource& volume, std::span<const Extent> extents,
                                    u64 size, u32 block_size, ByteView bitmap);

/// Extents of a stream that is as long as the index: the slack at its place, and zeros elsewhere.
std::vector<Extent> place_index_slack(const std::vector<IndexSlack>& slack,
                                      std::span<const Extent> extents, u64 size);

} // namespace coldsweep
