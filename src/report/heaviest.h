// SPDX-License-Identifier: Apache-2.0
// The findings that a short list shows. Private to report/. Pure function.
#pragma once

#include "report/sealed_case.h"

namespace coldsweep::report {

/// The first `most` findings by score, those without a score last, in the manifest's order where they are equal.
std::vector<FindingRow> heaviest_findings(const SealedCase& sealed, std::size_t most);

} // namespace coldsweep::report
