// SPDX-License-Identifier: Apache-2.0
// Counters that the pipeline updates and a display reads, from any thread.
#pragma once

#include "base/guarded.h"
#include "base/types.h"
#include "rules/filter_counts.h"

#include <atomic>

namespace coldsweep {

struct Progress {
  std::atomic<u64> streams_planned{0}, streams_done{0};
  std::atomic<u64> bytes_planned{0}, bytes_done{0}; ///< stored bytes: holes cost no time
  std::atomic<u64> findings{0}, issues{0};
  Guarded<FilterCounts> filtered;
  std::atomic<u64> media_planned{0}, media_done{0}; ///< bytes of the media to hash; 0: none
  std::atomic<bool> case_begun{false}; ///< the case folder holds something that is worth keeping

  FilterCounts filter_counts() const {
    return filtered.with([](FilterCounts counts) { return counts; });
  }
};

} // namespace coldsweep
