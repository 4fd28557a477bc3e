// SPDX-License-Identifier: Apache-2.0
// Ranges of the media that could not be read when it was acquired. The image holds zeros for them,
// which are not the disk's content. Any thread.
#pragma once

#include "image/byte_source.h"

#include <vector>

namespace coldsweep {

struct MediaRange {
  u64 offset = 0, length = 0;
  bool operator==(const MediaRange&) const = default;
};

/// In order, merged, and within [0, size).
std::vector<MediaRange> merged_ranges(std::vector<MediaRange> ranges, u64 size);

/// `of`, but reading a byte of `gaps` throws ReadError. `gaps` come from merged_ranges().
/// `recorded_in` names where they are recorded, for the message.
SourcePtr with_known_gaps(SourcePtr of, std::vector<MediaRange> gaps, std::string recorded_in);

} // namespace coldsweep
