// SPDX-License-Identifier: Apache-2.0
// The parts of report.html that need no script, and the data that the script shows. Private to
// report/. Pure functions.
#pragma once

#include "report/sealed_case.h"

namespace coldsweep::report {

std::string page_title(const SealedCase& sealed); ///< not escaped

// HTML, escaped.
std::string overview_section(const SealedCase& sealed);
std::string volumes_section(const SealedCase& sealed);
std::string issues_section(const SealedCase& sealed);
std::string static_findings(const SealedCase& sealed);
std::string page_footer(const SealedCase& sealed);

/// What the table shows and filters by, as one JSON object. Texts that recur are stored once, and
/// rows refer to them by number.
void write_index(const SealedCase& sealed, const Output& output);
/// Everything else about the findings: one line of JSON each, parsed only when someone looks at it.
void write_details(const SealedCase& sealed, const Output& output);

} // namespace coldsweep::report
