// SPDX-License-Identifier: Apache-2.0
// Collects what a container doesn't store, from the first byte of the media to the last. Keeps the
// long ranges only, so that it takes little memory. Used by one thread.
#pragma once

#include "base/checked.h"
#include "image/byte_source.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace coldsweep {

class UnstoredRanges {
public:
  /// Ranges are added in order.
  void add(u64 offset, u64 length, bool zeros) {
    if (length == 0) return;
    if (last_.length > 0 && last_.zeros == zeros && last_.offset + last_.length == offset) {
      last_.length = saturating_add(last_.length, length);
      return;
    }
    keep();
    last_ = {offset, length, zeros};
  }
  std::vector<Unstored> take() {
    keep();
    return std::move(ranges_);
  }

private:
  void keep() {
    if (last_.length >= kLongUnstored) ranges_.push_back(last_);
    last_ = {};
  }

  std::vector<Unstored> ranges_;
  Unstored last_;
};

/// Where the bytes that the container has end: before a range that it lacks up to the end.
inline u64 stored_end(std::span<const Unstored> unstored, u64 size) {
  const bool cut = !unstored.empty() && !unstored.back().zeros &&
                   unstored.back().offset + unstored.back().length >= size;
  return cut ? std::min(unstored.back().offset, size) : size;
}

} // namespace coldsweep
