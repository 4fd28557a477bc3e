// SPDX-License-Identifier: Apache-2.0
// The streams of a plan with what they refer to: extents and names. What was kept stays where it
// is. Filled by one thread, then read by any.
#pragma once

#include "base/large_pages.h"
#include "filesystem/extent_store.h"

#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace coldsweep {

class StreamStore {
public:
  void reserve(u64 streams) { streams_.reserve(streams); }

  /// Keeps a stream with these extents. Returns its number.
  u32 keep(StreamRef stream, std::span<const Extent> extents) {
    stream.extents = extents_.keep(extents);
    streams_.push_back(stream);
    return static_cast<u32>(streams_.size() - 1);
  }
  std::string_view keep_name(std::string name) { return names_.emplace_back(std::move(name)); }

  LargeVector<StreamRef>& streams() { return streams_; }
  const LargeVector<StreamRef>& streams() const { return streams_; }

private:
  LargeVector<StreamRef> streams_;
  ExtentStore extents_;
  std::deque<std::string> names_;
};

} // namespace coldsweep
