// SPDX-License-Identifier: Apache-2.0
// Data runs -> extents, and reads through extents. What a run list can't place becomes `missing`,
// never a guess.
#pragma once

#include "filesystem/ntfs_geometry.h"
#include "filesystem/run_list.h"
#include "image/byte_source.h"
#include "model/stream.h"

#include <string>
#include <vector>

namespace coldsweep {

/// The run list that one MFT record holds of an attribute.
struct AttributeRuns {
  u64 first_vcn = 0;
  RunList runs;
};

struct BuiltExtents {
  std::vector<Extent> extents;       ///< cover [0, length) without a gap
  std::vector<std::string> problems; ///< why some of them are missing
};

/// Extents of [0, length) from the run lists of one attribute, given in any order. `missing` are
/// clusters outside the volume, ranges that no run covers, and clusters beyond as many as the
/// volume has.
BuiltExtents build_extents(std::vector<AttributeRuns> run_lists, const NtfsGeometry& geometry,
                           u64 length);

/// The extents of [offset, offset + length), with stream offsets that start at 0.
std::vector<Extent> slice_extents(std::span<const Extent> extents, u64 offset, u64 length);

/// Bytes that are read from the volume.
u64 placed_bytes(std::span<const Extent> extents);

/// The same extents, with long ranges that the container doesn't store as `sparse` or `missing`.
std::vector<Extent> without_unstored(std::span<const Extent> extents,
                                     std::span<const Unstored> unstored);

/// Fills `into` with the stream's bytes from `offset`. Holes and unreadable bytes become zeros.
/// Returns what could not be read, in stream offsets, including missing extents. Any thread.
std::vector<Gap> read_extents(const ByteSource& source, std::span<const Extent> extents, u64 offset,
                              MutableBytes into);

} // namespace coldsweep
