// SPDX-License-Identifier: Apache-2.0
// What this process takes: proc(5), /proc/self/statm.
#pragma once

#include "base/types.h"

namespace coldsweep {

/// Bytes. 0 where the system doesn't tell.
struct ProcessMemory {
  u64 mapped = 0;   ///< of the address space
  u64 resident = 0; ///< of these, in memory
};

/// Any thread.
ProcessMemory process_memory();

} // namespace coldsweep
