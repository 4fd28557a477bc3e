// SPDX-License-Identifier: Apache-2.0
// What `--memory` is divided into. docs/design/rules.md has the reasons.
#pragma once

#include "model/options.h"

namespace coldsweep {

/// Bytes.
struct MemoryShares {
  u64 kept = 0;    ///< a buffer that each thread keeps
  u64 rules = 0;   ///< for all threads: search databases, and compiled groups of rules
  u64 member = 0;  ///< the largest member of an archive
  u64 members = 0; ///< to lease for two of these
  u64 content = 0; ///< to lease for all other content
  u64 whole = 0;   ///< the largest content that is held whole; larger content is spooled
};

MemoryShares share_memory(const SweepOptions& options);

} // namespace coldsweep
