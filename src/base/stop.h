// SPDX-License-Identifier: Apache-2.0
// The request to stop, made by a signal. Long work looks at it often enough to end within a second.
#pragma once

#include <atomic>
#include <exception>

namespace coldsweep {

/// Thrown where work ends because it was asked to stop. Not an Error: nothing is wrong with the
/// evidence, and nobody on the way to the top may report it as damage.
struct Stopped : std::exception {
  const char* what() const noexcept override { return "stopped"; }
};

/// Set once, by a signal handler or a test; read by any thread.
class StopFlag {
public:
  /// Safe in a signal handler. Returns whether it was set before.
  bool set() noexcept { return set_.exchange(true); }
  bool is_set() const noexcept { return set_.load(std::memory_order_relaxed); }
  /// Throws Stopped once the flag is set.
  void check() const {
    if (is_set()) throw Stopped();
  }

private:
  std::atomic<bool> set_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
};

} // namespace coldsweep
