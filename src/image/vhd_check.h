// SPDX-License-Identifier: Apache-2.0
// Checks a VHD before libvhdi sees it: footer, kind, header and block table. Any thread.
#pragma once

#include "image/evidence_file.h"

namespace coldsweep {

/// Throws FormatError naming file, offset and what was expected: a truncated file, a differencing
/// disk.
void check_vhd(const EvidenceFile& file);

} // namespace coldsweep
