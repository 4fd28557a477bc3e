// SPDX-License-Identifier: Apache-2.0
// The one time limit of a stream. Everything done for the stream takes from it: each name, window,
// carved part, archive member and log record. Used by one thread, apart from the stop flag.
#pragma once

#include "base/stop.h"
#include "base/types.h"

#include <atomic>
#include <chrono>
#include <optional>

namespace coldsweep {

class Deadline {
public:
  using Clock = std::chrono::steady_clock;

  /// Never passes.
  Deadline() = default;
  /// `limit` from now. `stop` is looked at whenever the time is; null: no such flag.
  explicit Deadline(std::chrono::seconds limit, const StopFlag* stop = nullptr)
      : limit_(limit), at_(Clock::now() + limit), stop_(stop), id_(++last_id) {}
  /// Never passes, but is stopped by the flag.
  static Deadline none(const StopFlag* stop) {
    Deadline deadline;
    deadline.stop_ = stop;
    return deadline;
  }

  /// Tells the deadline of one stream, and its copies, from all others. 0 if there is no limit.
  u64 id() const { return id_; }

  /// Absent if there is none.
  std::optional<std::chrono::seconds> limit() const { return limit_; }

  /// Throws Stopped once the stop flag is set: what a stopped stream gave so far is no outcome.
  bool passed() const {
    if (stop_ != nullptr) stop_->check();
    return limit_ && Clock::now() >= at_;
  }
  /// Whether passed() would return true or throw.
  bool is_due() const noexcept {
    return (stop_ != nullptr && stop_->is_set()) || (limit_ && Clock::now() >= at_);
  }
  /// At least 0; absent without a limit. Throws like passed().
  std::optional<std::chrono::nanoseconds> left() const {
    if (stop_ != nullptr) stop_->check();
    if (!limit_) return std::nullopt;
    const Clock::time_point now = Clock::now();
    return now >= at_ ? std::chrono::nanoseconds(0) : std::chrono::nanoseconds(at_ - now);
  }

  /// While it exists, time doesn't count: a slow disk must not cost findings.
  class Pause {
  public:
    explicit Pause(Deadline& deadline) : deadline_(deadline), begun_(Clock::now()) {}
    ~Pause() { deadline_.at_ += Clock::now() - begun_; }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

  private:
    Deadline& deadline_;
    Clock::time_point begun_;
  };

private:
  std::optional<std::chrono::seconds> limit_;
  Clock::time_point at_{};
  const StopFlag* stop_ = nullptr;
  u64 id_ = 0;
  static inline std::atomic<u64> last_id{0};
};

} // namespace coldsweep
