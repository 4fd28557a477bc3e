// SPDX-License-Identifier: Apache-2.0
// The one time limit of a stream. Everything done for the stream takes from it: each name, window,
// carved part, archive member and log record. Any thread may read it.
#pragma once

#include "base/stop.h"

#include <chrono>

namespace coldsweep {

class Deadline {
public:
  using Clock = std::chrono::steady_clock;

  /// Never passes.
  Deadline() = default;
  /// `limit` from now. `stop` is looked at whenever the limit is; null: no such flag.
  explicit Deadline(Clock::duration limit, const StopFlag* stop = nullptr)
      : at_(Clock::now() + limit), stop_(stop) {}

  /// Throws Stopped once the stop flag is set: what a stopped stream gave so far is no outcome.
  bool passed() const {
    if (stop_ != nullptr) stop_->check();
    return Clock::now() >= at_;
  }
  /// Whole seconds that are left, rounded up, as libyara counts them; 0 once it passed. Throws like
  /// passed().
  std::chrono::seconds left() const {
    if (at_ == Clock::time_point::max()) return std::chrono::seconds::max();
    return passed() ? std::chrono::seconds(0)
                    : std::chrono::ceil<std::chrono::seconds>(at_ - Clock::now());
  }

private:
  Clock::time_point at_ = Clock::time_point::max();
  const StopFlag* stop_ = nullptr;
};

} // namespace coldsweep
