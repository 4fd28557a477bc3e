// SPDX-License-Identifier: Apache-2.0
// Which bytes of a container its members and headers account for. Used by one thread. Private to
// content/.
#pragma once

#include "content/archive_walk.h"

namespace coldsweep {

class Covered {
public:
  explicit Covered(u64 size) : size_(size) {}

  /// Ranges may overlap, and may go past the end.
  void add(u64 begin, u64 end);
  /// Whether the byte is within a range.
  bool has(u64 at);
  /// All other ranges, in order.
  std::vector<ByteRange> gaps();

private:
  void merge();

  u64 size_;
  std::vector<ByteRange> ranges_;
  bool merged_ = true;
};

} // namespace coldsweep
