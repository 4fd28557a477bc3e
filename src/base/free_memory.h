// SPDX-License-Identifier: Apache-2.0
// Memory that was freed, but that the allocator keeps for later.
#pragma once

#include "base/types.h"

namespace coldsweep {

/// Gives it back to the system. For after work that took much more than what is left of it. Takes
/// some milliseconds. Any thread.
void give_back_free_memory();

/// Gives it back whenever the process holds more than `bytes` of memory. One thread at a time.
class FreeMemoryLimit {
public:
  explicit FreeMemoryLimit(u64 bytes) : bytes_(bytes), next_(bytes) {}

  /// To be called between pieces of work. Reads a small file. Does nothing where the system
  /// doesn't tell what the process holds.
  void check();

private:
  const u64 bytes_;
  u64 next_; ///< what is held when it is worth the time again
};

} // namespace coldsweep
