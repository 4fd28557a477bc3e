// SPDX-License-Identifier: Apache-2.0
#include "content/budget.h"

#include <algorithm>
#include <utility>

namespace coldsweep {

ByteBudget::Lease ByteBudget::lease(u64 bytes) {
  bytes = std::min(bytes, total_);
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return free_ >= bytes; });
  free_ -= bytes;
  return {this, bytes};
}

ByteBudget::Lease::~Lease() {
  if (of_ == nullptr) return;
  {
    const std::scoped_lock lock(of_->mutex_);
    of_->free_ += bytes_;
  }
  of_->returned_.notify_all();
}

ByteBudget::Lease::Lease(Lease&& other) noexcept
    : of_(std::exchange(other.of_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

ByteBudget::Lease& ByteBudget::Lease::operator=(Lease&& other) noexcept {
  std::swap(of_, other.of_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

} // namespace coldsweep
