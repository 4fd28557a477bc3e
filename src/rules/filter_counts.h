// SPDX-License-Identifier: Apache-2.0
// What the prefilter decided, counted.
#pragma once

#include "base/types.h"

namespace coldsweep {

struct FilterCounts {
  struct Sum {
    u64 calls = 0, bytes = 0; ///< of content, mostly one stream a call

    void add(u64 size) { calls += 1, bytes += size; }
    Sum& operator+=(const Sum& other) {
      calls += other.calls;
      bytes += other.bytes;
      return *this;
    }
  };
  Sum decided;  ///< no rule could match: libyara was not called
  Sum scanned;  ///< by libyara
  Sum repeated; ///< libyara had scanned the same bytes with the same rules before

  FilterCounts& operator+=(const FilterCounts& other) {
    decided += other.decided;
    scanned += other.scanned;
    repeated += other.repeated;
    return *this;
  }
};

} // namespace coldsweep
