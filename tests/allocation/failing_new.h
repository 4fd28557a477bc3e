// SPDX-License-Identifier: Apache-2.0
// A global `operator new` that counts, and that fails once, when it is told to. Of the whole
// process: libraries in C++ use it too, those in C don't.
#pragma once

#include "base/types.h"

namespace coldsweep::test {

/// Counts from now on. The `fail_at`th allocation, from 1, throws bad_alloc; 0: none does.
void begin_counting(u64 fail_at);
/// Stops counting, and failing.
void end_counting();
/// Allocations since begin_counting().
u64 allocations();

/// Counts while it exists.
class Counting {
public:
  explicit Counting(u64 fail_at) { begin_counting(fail_at); }
  ~Counting() { end_counting(); }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
};

} // namespace coldsweep::test
