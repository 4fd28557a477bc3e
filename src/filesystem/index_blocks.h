// SPDX-License-Identifier: Apache-2.0
// Blocks of an index ($INDEX_ALLOCATION) -> what of each no entry in use takes. Entries that were deleted, or moved when
// the tree was rebalanced, stay there with name and times. Layout: Linux-NTFS project, "NTFS Documentation", INDX.
#pragma once

#include "filesystem/lost_names.h"
#include "image/byte_source.h"
#include "model/stream.h"

#include <vector>

namespace coldsweep {

/// What no entry takes of one block.
struct IndexSlack {
  u64 offset = 0;       ///< in the attribute
  u64 length = 0;       ///< to the end of the block
  u64 block = 0;        ///< where the block begins
  u16 array_offset = 0; ///< of its update sequence; 0: the block is none, and is slack as it stands
  bool zeros = false;   ///< nothing stands there
  std::vector<LostName> names; ///< in what look like entries
};

/// Reads the blocks of an index through its extents. `bitmap` has a bit for each block in use; blocks past its end count
/// as in use. Blocks that can't be read are left out.
std::vector<IndexSlack> index_slack(const ByteSource& volume, std::span<const Extent> extents,
                                    u64 size, u32 block_size, ByteView bitmap);

/// Extents of a stream as long as the index, that holds its slack where it stands and zeros elsewhere.
std::vector<Extent> place_index_slack(const std::vector<IndexSlack>& slack,
                                      std::span<const Extent> extents, u64 size);

} // namespace coldsweep
