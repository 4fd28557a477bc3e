// SPDX-License-Identifier: Apache-2.0
#include "report/formats.h"
namespace coldsweep::report {
void write_html(const SealedCase&, const Output&) {}
} // namespace coldsweep::report
