// SPDX-License-Identifier: Apache-2.0
// Mapping pairs of a non-resident attribute -> data runs. Layout: Linux-NTFS project, "NTFS
// Documentation", data runs.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct DataRun {
  u64 vcn = 0;            ///< first virtual cluster, relative to the attribute's own first one
  u64 length = 0;         ///< clusters, never 0
  std::optional<u64> lcn; ///< first logical cluster; absent for a hole
};

struct RunList {
  std::vector<DataRun> runs;
  std::string problem; ///< why decoding stopped early; empty if it did not
};

/// Decodes at most what `bytes` holds; stops at the first impossible pair and says so.
RunList decode_runs(ByteView bytes);

} // namespace coldsweep
