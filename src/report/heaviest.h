// SPDX-License-Identifier: Apache-2.0
// The findings that a short list shows. Private to report/. Pure function.
#pragma once

#include "report/sealed_case.h"

namespace coldsweep::report {

/// The `most` findings with the highest scores. Findings without a score come last, and findings
/// with the same score are in the manifest's order.
std::vector<FindingRow> heaviest_findings(const SealedCase& sealed, std::size_t most);

} // namespace coldsweep::report
