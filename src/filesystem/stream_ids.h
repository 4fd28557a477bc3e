// SPDX-License-Identifier: Apache-2.0
// Attribute ids for the streams of one file. On a healthy volume each stream has an id of its own;
// on a damaged or hostile one, thousands may share one. Used by one thread.
#pragma once

#include "base/types.h"

#include <optional>
#include <unordered_map>
#include <utility>

namespace coldsweep {

/// The ids that are still free, of 65,536. All requests together take almost linear time.
class StreamIds {
public:
  /// The wanted id, or the next one that is free; after the last comes 0. Absent if all are taken.
  std::optional<u16> take(u16 wanted) {
    if (next_.size() == kAll) return std::nullopt;
    u16 free = wanted;
    for (auto taken = next_.find(free); taken != next_.end(); taken = next_.find(free))
      free = taken->second;
    next_[free] = static_cast<u16>(free + 1);
    while (wanted != free) // the next search goes straight to the end
      wanted = std::exchange(next_[wanted], static_cast<u16>(free + 1));
    return free;
  }

private:
  static constexpr std::size_t kAll = 65'536;
  std::unordered_map<u16, u16> next_; ///< taken id -> one after it, with only taken ones between
};

/// By what they are ids of: the kinds of streams that a file can have several of.
struct FileStreamIds {
  StreamIds data, behind, index, attribute;
};

} // namespace coldsweep
