// SPDX-License-Identifier: Apache-2.0
// A value that can only be reached while its lock is held.
#pragma once

#include <mutex>
#include <utility>

namespace coldsweep {

template <typename T> class Guarded {
public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  template <typename F> decltype(auto) with(F&& use) {
    const std::scoped_lock lock(mutex_);
    return std::forward<F>(use)(value_);
  }
  template <typename F> decltype(auto) with(F&& use) const {
    const std::scoped_lock lock(mutex_);
    return std::forward<F>(use)(value_);
  }

private:
  mutable std::mutex mutex_;
  T value_{};
};

} // namespace coldsweep
