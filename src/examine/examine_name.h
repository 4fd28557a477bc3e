// SPDX-License-Identifier: Apache-2.0
// A name of the plan -> its Outcome: a finding for each thing that is odd about it. No content is read. Any thread.
#pragma once

#include "examine/examine.h"

namespace coldsweep {

/// For a StreamRef of kind `name`.
Outcome examine_name(const SweptVolume& volume, const StreamRef& name, const PlaceTable& table);

} // namespace coldsweep
