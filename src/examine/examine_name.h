// SPDX-License-Identifier: Apache-2.0
// A name of the plan -> its Outcome, with a finding for each suspicious trait. Reads no content.
// Any thread.
#pragma once

#include "examine/content_tools.h"
#include "examine/swept_volume.h"

namespace coldsweep {

/// For a StreamRef of kind `name`.
Outcome examine_name(const SweptVolume& volume, const StreamRef& name, const ContentTools& tools);

} // namespace coldsweep
