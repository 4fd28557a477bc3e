// SPDX-License-Identifier: Apache-2.0
// What an outcome may take in the journal and in the manifest. SQLite refuses rows above 1 GB, and
// readers of a manifest refuse lines above 64 MiB, so a sweep must write neither. Pure functions.
#pragma once

#include "base/types.h"
#include "model/outcome.h"

#include <optional>

namespace coldsweep {

/// Of a manifest, without its line feed. A million extents, or a path of NTFS's longest and ten
/// thousand matches, are far below it.
inline constexpr u64 kLongestLine = 64_MiB;

/// Bytes of its lines in the manifest, from above; more or less what it takes in memory.
u64 size_of(const Outcome& outcome);

/// The outcome with less in it, and with issues that say what was left out, so that each of its
/// lines is shorter than kLongestLine, and all of it fits a row. Absent if it fits as it is, which
/// is nearly always so. The first finding of each cause is kept before further ones.
std::optional<Outcome> cut_to_fit(const Outcome& outcome);

} // namespace coldsweep
