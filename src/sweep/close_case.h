// SPDX-License-Identifier: Apache-2.0
// The third verb: the journal becomes the sealed manifest.
#pragma once

#include "sweep/open_case.h"

namespace coldsweep {

/// Seals, unless the sweep was stopped: the case then stays unsealed, and its journal holds what
/// was done. Frees the plan. Throws Error when the case can't be written.
SweepResult close_case(OpenCase& open);

} // namespace coldsweep
