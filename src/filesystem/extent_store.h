// SPDX-License-Identifier: Apache-2.0
// The extents of all streams of a plan, in a few large blocks: most streams have only one or two.
// Extents never move once they are kept.
#pragma once

#include "model/stream.h"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace coldsweep {

class ExtentStore {
public:
  std::span<const Extent> keep(std::span<const Extent> extents) {
    if (extents.size() > left_.size()) {
      const std::size_t size = std::max(kBlock, extents.size());
      left_ = {blocks_.emplace_back(std::make_unique<Extent[]>(size)).get(), size};
    }
    const std::span<Extent> kept = left_.first(extents.size());
    std::copy(extents.begin(), extents.end(), kept.begin());
    left_ = left_.subspan(extents.size());
    return kept;
  }

private:
  static constexpr std::size_t kBlock = 4096;
  std::vector<std::unique_ptr<Extent[]>> blocks_;
  std::span<Extent> left_; // of the last block
};

} // namespace coldsweep
