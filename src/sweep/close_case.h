// SPDX-License-Identifier: Apache-2.0
// The third verb: the journal becomes the sealed manifest.
#pragma once

#include "sweep/open_case.h"

namespace coldsweep {

/// Seals, unless the sweep is stopped before or meanwhile: the case then stays unsealed, and its
/// journal holds what was done. Frees the plan. Throws Error when the case can't be sealed; a case
/// without `run.json` is sealed all the same.
SweepResult close_case(OpenCase& open);

} // namespace coldsweep
