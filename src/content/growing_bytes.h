// SPDX-License-Identifier: Apache-2.0
// Bytes of unknown number, in memory that grows as they arrive. Used by one thread.
#pragma once

#include "base/types.h"

#include <cstdlib>
#include <memory>

namespace coldsweep {

class GrowingBytes {
public:
  /// False if there is no memory for them; those that were there stay. realloc moves pages instead
  /// of copying them, so that the old and the new memory are never held at once.
  bool append(ByteView more);
  /// Forgets the bytes, and frees the memory unless it is small.
  void clear();

  ByteView view() const { return {data_.get(), size_}; }
  u64 size() const { return size_; }

private:
  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  bool reserve(u64 capacity);

  std::unique_ptr<std::byte, Free> data_;
  u64 size_ = 0, capacity_ = 0;
};

} // namespace coldsweep
