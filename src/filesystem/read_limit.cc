// SPDX-License-Identifier: Apache-2.0
#include "filesystem/read_limit.h"

#include "base/checked.h"
#include "filesystem/extents.h"

#include <algorithm>

namespace coldsweep {
namespace {

// LZNT1 stores a unit in at least one of its 16 clusters; WOF gets further on repetitive content.
constexpr u64 kRepeated = 3, kUnstored = 64;
constexpr u64 kSpareRepeated = 64_MiB,
              kSpareUnstored = 1_GiB; // small volumes have old records, too
/// Longer holes are not scanned, see plan_windows() in content/.
constexpr u64 kLongHoles = 16_MiB;

u64 allowed(u64 volume_bytes, u64 times, u64 spare) {
  return saturating_add(checked_multiply(volume_bytes, times).value_or(volume_bytes), spare);
}

/// Bytes that are scanned without being stored.
u64 unstored_bytes(const StreamRef& stream, u64 placed) {
  if (stream.encoding == Encoding::wof || stream.encoding == Encoding::elsewhere) return 0;
  u64 content = placed;
  if (stream.encoding == Encoding::lznt1) {
    content = 0;
    for (const Extent& extent : stream.extents)
      if (extent.placed())
        content = saturating_add(content, (extent.length / stream.compression_unit + 1) *
                                              u64{stream.compression_unit});
  }
  const bool mostly_holes =
      !is_decoded_wof(stream.encoding) &&
      stream.size > saturating_add(saturating_add(content, content), kLongHoles);
  return saturating_subtract(mostly_holes ? content : stream.size, placed);
}

} // namespace

std::vector<u32> past_read_limit(const LargeVector<StreamRef>& streams, u64 volume_bytes) {
  u64 repeated_left = allowed(volume_bytes, kRepeated, kSpareRepeated);
  u64 unstored_left = allowed(volume_bytes, kUnstored, kSpareUnstored);
  std::vector<u32> past;
  for (const bool deleted : {false, true}) {
    for (u32 number = 0; number < streams.size(); ++number) {
      const StreamRef& stream = streams[number];
      if (stream.deleted != deleted || stream.id.kind == StreamKind::name) continue;
      const u64 placed = placed_bytes(stream.extents), unstored = unstored_bytes(stream, placed);
      const u64 repeated = saturating_subtract(placed, stream.owned);
      if (repeated > repeated_left || unstored > unstored_left) {
        past.push_back(number);
        continue;
      }
      repeated_left -= repeated;
      unstored_left -= unstored;
    }
  }
  std::sort(past.begin(), past.end());
  return past;
}

} // namespace coldsweep
