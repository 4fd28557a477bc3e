// SPDX-License-Identifier: Apache-2.0
// The second verb: every stream of the plan is read and scanned, and its outcome kept in the
// journal.
#pragma once

#include "sweep/open_case.h"

namespace coldsweep {

/// Ends early when the caller asks to stop: streams under way then have no outcome. Throws
/// CaseWriteError.
void examine_case(OpenCase& open);

} // namespace coldsweep
