// SPDX-License-Identifier: Apache-2.0
// NTFS's guard against torn writes. In an MFT record or INDX block, a sequence number replaces the
// last two bytes of every 512; the true bytes are in an array at the beginning. Layout: Linux-NTFS
// project, "NTFS Documentation", Fixup. Pure functions.
#pragma once

#include "base/types.h"
#include "model/stream.h"

#include <functional>
#include <string>
#include <vector>

namespace coldsweep {

constexpr u64 kUpdateStride = 512; ///< regardless of the sector size

/// Puts the true bytes back. Returns the offset of the array. Returns 0 if the array is impossible;
/// the bytes then stay as they are.
u16 undo_update_sequence(MutableBytes bytes, std::vector<std::string>& problems);

/// Where a range of the record or block is stored.
using PlaceStored = std::function<std::vector<Extent>(u64 offset, u64 length)>;

/// Where the bytes of [offset, offset + length) are once the update sequence is undone. The
/// displaced bytes are in the array; their extents are of kind `rewritten`. Stream offsets start at
/// 0.
std::vector<Extent> place_updated(u16 array_offset, u64 offset, u64 length,
                                  const PlaceStored& place);

} // namespace coldsweep
