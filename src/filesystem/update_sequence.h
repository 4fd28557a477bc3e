// SPDX-License-Identifier: Apache-2.0
// NTFS's guard against torn writes: the last two bytes of every 512 of an MFT record or INDX block are a number, and the
// true ones stand in an array at its beginning. Layout: Linux-NTFS project, "NTFS Documentation", Fixup. Pure functions.
#pragma once

#include "base/types.h"
#include "model/stream.h"

#include <functional>
#include <string>
#include <vector>

namespace coldsweep {

constexpr u64 kUpdateStride = 512; ///< whatever the sector size

/// Puts the true bytes back in place. Returns the offset of the array; 0 where there is none that can be, and the bytes
/// are left as they are.
u16 undo_update_sequence(MutableBytes bytes, std::vector<std::string>& problems);

/// Says where a range of the record or block stands as it is stored.
using PlaceStored = std::function<std::vector<Extent>(u64 offset, u64 length)>;

/// Where [offset, offset + length) stands once the update sequence is undone: as stored, and the displaced bytes in the
/// array, as extents of kind `rewritten`. Stream offsets begin at 0.
std::vector<Extent> place_updated(u16 array_offset, u64 offset, u64 length,
                                  const PlaceStored& place);

} // namespace coldsweep
