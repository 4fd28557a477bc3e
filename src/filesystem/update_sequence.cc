// SPDX-License-Identifier: Apache-2.0
#include "filesystem/update_sequence.h"

#include "base/checked.h"
#include "base/endian.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {

u16 undo_update_sequence(MutableBytes bytes, std::vector<std::string>& problems) {
  const u64 offset = little<u16>(bytes, 4).value_or(0), count = little<u16>(bytes, 6).value_or(0);
  if (count != bytes.size() / kUpdateStride + 1 || !fits(offset, count * 2, kUpdateStride - 2)) {
    problems.push_back(
        fmt::format("update sequence of {} words at offset {}: {} words within the first sector "
                    "expected",
                    count, offset, bytes.size() / kUpdateStride + 1));
    return 0;
  }
  const std::byte low = bytes[offset], high = bytes[offset + 1];
  for (u64 i = 1; i < count; ++i) {
    const std::size_t end = i * kUpdateStride - 2;
    if (bytes[end] != low || bytes[end + 1] != high)
      problems.push_back(fmt::format(
          "sector {} does not end with the update sequence number: torn write or damage", i - 1));
    bytes[end] = bytes[offset + i * 2];
    bytes[end + 1] = bytes[offset + i * 2 + 1];
  }
  return static_cast<u16>(offset);
}

std::vector<Extent> place_updated(u16 array_offset, u64 offset, u64 length,
                                  const PlaceStored& place) {
  std::vector<Extent> extents;
  const auto append = [&](u64 at, u64 bytes, u64 stream_offset, bool displaced) {
    for (Extent extent : place(at, bytes)) {
      extent.stream_offset += stream_offset;
      if (displaced && extent.kind == Extent::Kind::stored) extent.kind = Extent::Kind::rewritten;
      extents.push_back(extent);
    }
  };
  if (array_offset == 0) {
    append(offset, length, 0, false);
    return extents;
  }
  const u64 end = offset + length;
  for (u64 at = offset; at < end;) {
    const u64 stride = at / kUpdateStride;
    const u64 displaced = stride * kUpdateStride + kUpdateStride - 2;
    const u64 to = std::min(end, at < displaced ? displaced : displaced + 2);
    if (at < displaced)
      append(at, to - at, at - offset, false);
    else
      append(array_offset + (stride + 1) * 2 + (at - displaced), to - at, at - offset, true);
    at = to;
  }
  return extents;
}

} // namespace coldsweep
