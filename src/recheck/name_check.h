// SPDX-License-Identifier: Apache-2.0
// Checks a finding about a name against the MFT record on the media that has this name. Pure
// functions.
#pragma once

#include "base/types.h"
#include "recheck/verdict.h"
#include "report/records.h"

namespace coldsweep {

/// Whether the record has the name, and the name has the anomaly that the finding states. Applies
/// the update sequence to `record`. Throws FormatError if the bytes are not an MFT record.
Rechecked check_name(const report::FindingRow& finding, MutableBytes record);

} // namespace coldsweep
