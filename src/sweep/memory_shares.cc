// SPDX-License-Identifier: Apache-2.0
#include "sweep/memory_shares.h"

#include "base/checked.h"

#include <algorithm>

namespace coldsweep {

MemoryShares share_memory(const SweepOptions& options) {
  const u64 memory = options.memory, threads = std::max<u64>(options.threads, 1);
  MemoryShares shares;
  shares.kept = std::clamp<u64>(memory / (4 * threads), 64_KiB, 8_MiB);
  // Below this the built-in rules would get slow.
  shares.rules = options.prefilter ? std::max(memory / 4, 64_MiB) : 0;
  // Not a share of what the threads leave: which members are too large must not depend on them.
  shares.member = std::max<u64>(memory / 4, 64_KiB);
  shares.members = options.scope.archives ? 2 * shares.member : 0;
  const u64 others = shares.kept * threads + shares.members + shares.rules;
  shares.content = std::max(saturating_subtract(memory, others), memory / 4);
  shares.whole = std::max(std::min(shares.content, memory / 2), shares.kept);
  return shares;
}

} // namespace coldsweep
