// SPDX-License-Identifier: Apache-2.0
// How many bytes of content may be held at once, across all threads. A thread holds only one lease
// at a time, so that waiting for one can't deadlock.
#pragma once

#include "base/types.h"

#include <condition_variable>
#include <mutex>

namespace coldsweep {

class ByteBudget {
public:
  explicit ByteBudget(u64 total) : free_(total), total_(total) {}

  class Lease {
  public:
    Lease() = default;
    Lease(ByteBudget* of, u64 bytes) : of_(of), bytes_(bytes) {}
    ~Lease();
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;

  private:
    ByteBudget* of_ = nullptr;
    u64 bytes_ = 0;
  };

  /// Waits until `bytes` are free; more than the total counts as the total.
  Lease lease(u64 bytes);

private:
  std::mutex mutex_;
  std::condition_variable returned_;
  u64 free_;
  const u64 total_;
};

} // namespace coldsweep
