// SPDX-License-Identifier: Apache-2.0
// A file's times -> what is odd about them. None of it proves that they were set by hand:
// installers and archivers set times, too. Pure functions, any thread.
#pragma once

#include "model/outcome.h"

#include <vector>

namespace coldsweep {

/// Whether one of them is before 1990, when there was no NTFS, or in 2100 or later. A time that was
/// never set doesn't count.
bool has_impossible(const Times& times);

/// From $STANDARD_INFORMATION and the $FILE_NAME beside it: `impossible_time`,
/// `created_before_name`, `whole_seconds`.
std::vector<Anomaly> suspicious_times(const std::optional<Times>& si,
                                      const std::optional<Times>& fn);

} // namespace coldsweep
