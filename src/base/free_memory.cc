// SPDX-License-Identifier: Apache-2.0
#include "base/free_memory.h"

#include <algorithm>
#include <fstream>

#include <malloc.h>
#include <unistd.h>

namespace coldsweep {
namespace {

/// Most of what is held may be in use. Then there is little to give back, and each try costs as
/// much.
constexpr u64 kWorthwhile = 64_MiB;

/// proc(5): the second number of /proc/self/statm, in pages. 0 if it can't be read.
u64 resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  u64 size = 0, resident = 0;
  if (!(statm >> size >> resident)) return 0;
  return resident * static_cast<u64>(::sysconf(_SC_PAGESIZE));
}

} // namespace

void give_back_free_memory() { ::malloc_trim(0); }

void FreeMemoryLimit::check() {
  if (resident_bytes() <= next_) return;
  give_back_free_memory();
  next_ = std::max(bytes_, resident_bytes() + kWorthwhile);
}

} // namespace coldsweep
