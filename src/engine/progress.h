// SPDX-License-Identifier: Apache-2.0
// Counters that the pipeline raises and a display reads, from any thread.
#pragma once

#include "base/types.h"

#include <atomic>

namespace coldsweep {

struct Progress {
  std::atomic<u64> streams_planned{0}, streams_done{0};
  std::atomic<u64> bytes_planned{0}, bytes_done{0}; ///< stored bytes: holes take no time
  std::atomic<u64> findings{0}, issues{0};
  std::atomic<u64> streams_prefiltered{0},
      bytes_prefiltered{0}; ///< no rule could match: decided without libyara
  std::atomic<u64> streams_repeated{0}, bytes_repeated{0}; ///< as a stream that libyara had seen
  std::atomic<u64> streams_to_libyara{0}, bytes_to_libyara{0};
  std::atomic<u64> media_planned{0}, media_done{0}; ///< bytes of the media to hash; 0: none
  std::atomic<bool> finished{false};
};

} // namespace coldsweep
