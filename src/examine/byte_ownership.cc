// SPDX-License-Identifier: Apache-2.0
#include "examine/byte_ownership.h"

#include "base/checked.h"
#include "filesystem/extents.h"

#include <algorithm>

namespace coldsweep {

/// Bytes that the volume stores for a range of the stream, up to the end of the evidence.
u64 held_on_volume(const ByteSource& source, const StreamRef& stream, u64 offset, u64 length) {
  u64 held = 0;
  for (const Extent& part : slice_extents(stream.extents, offset, length))
    if (part.placed())
      held += std::min(part.length, saturating_subtract(source.end(), part.source_offset));
  return held;
}

/// Skipped bytes of a compressed stream are estimated by their share of the content.
SpaceShare byte_ownership(const StreamRef& stream, const ByteAccount& bytes, u64 unreadable) {
  SpaceShare share{stream.owned, 0, std::min(unreadable, stream.owned)};
  const u64 readable = share.owned - share.unreadable;
  if (bytes.skipped == 0) return share;
  const bool all = bytes.scanned == 0;
  const double part =
      static_cast<double>(bytes.skipped) / static_cast<double>(bytes.skipped + bytes.scanned);
  share.skipped = all ? readable
                  : stream.encoding == Encoding::plain
                      ? std::min(bytes.skipped, readable)
                      : static_cast<u64>(static_cast<double>(readable) * std::min(part, 1.0));
  return share;
}

/// Bytes that are zero by definition in the window's own part.
u64 holes_within(const StreamRef& stream, const Window& window) {
  const u64 end =
      std::max(window.offset, std::min(window.offset + window.own(), stream.initialized));
  u64 holes = window.offset + window.own() - end;
  for (const Extent& part : slice_extents(stream.extents, window.offset, end - window.offset))
    holes += part.kind == Extent::Kind::sparse ? part.length : 0;
  return holes;
}

} // namespace coldsweep
