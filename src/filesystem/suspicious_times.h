// SPDX-License-Identifier: Apache-2.0
// A file's times -> what is odd about them. Neither proves that they were set by hand: installers and archivers set times,
// too. Pure functions, any thread.
#pragma once

#include "model/outcome.h"

#include <vector>

namespace coldsweep {

/// Whether one of them is before NTFS existed, or after the year 2100. One that was never set is neither.
bool has_impossible(const Times& times);

/// Of $STANDARD_INFORMATION and the $FILE_NAME beside it: `impossible_time`, `created_before_name`, `whole_seconds`.
std::vector<Anomaly> suspicious_times(const std::optional<Times>& si,
                                      const std::optional<Times>& fn);

} // namespace coldsweep
