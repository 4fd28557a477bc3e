// SPDX-License-Identifier: Apache-2.0
#include "base/process_memory.h"

#include <fstream>

#include <unistd.h>

namespace coldsweep {

ProcessMemory process_memory() {
  u64 mapped = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> mapped >> resident;
  const u64 page = static_cast<u64>(::sysconf(_SC_PAGESIZE));
  return {mapped * page, resident * page};
}

} // namespace coldsweep
