// SPDX-License-Identifier: Apache-2.0
#include "content/growing_bytes.h"

#include "base/checked.h"

#include <algorithm>
#include <cstring>

namespace coldsweep {
namespace {

constexpr u64 kSmall = 1_MiB;

} // namespace

bool GrowingBytes::reserve(u64 capacity) {
  void* const grown = std::realloc(data_.get(), capacity);
  if (grown == nullptr) return false;
  data_.release();
  data_.reset(static_cast<std::byte*>(grown));
  capacity_ = capacity;
  return true;
}

bool GrowingBytes::append(ByteView more) {
  const u64 needed = saturating_add(size_, more.size());
  if (needed > capacity_ && !reserve(std::max(needed, 2 * capacity_)) && !reserve(needed))
    return false;
  if (!more.empty()) std::memcpy(data_.get() + size_, more.data(), more.size());
  size_ = needed;
  return true;
}

void GrowingBytes::clear() {
  size_ = 0;
  if (capacity_ <= kSmall) return;
  data_.reset();
  capacity_ = 0;
}

} // namespace coldsweep
