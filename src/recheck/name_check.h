// SPDX-License-Identifier: Apache-2.0
// A finding about a name against the MFT record that bears it, as it stands in the media. Pure functions.
#pragma once

#include "base/types.h"
#include "recheck/recheck.h"

namespace coldsweep {

/// Whether the record has the name, and it is odd in the way that the finding says. Throws FormatError when the bytes are no MFT
/// record; undoes their update sequence.
Rechecked check_name(const report::FindingRow& finding, MutableBytes record);

} // namespace coldsweep
