// SPDX-License-Identifier: Apache-2.0
// Checks a VHD before libvhdi opens it: footer, kind, header and block table. Any thread.
#pragma once

#include "image/byte_source.h"
#include "image/evidence_file.h"

namespace coldsweep {

/// Throws FormatError for a damaged or truncated file and for a differencing disk. The message
/// names file, offset and what was expected. Returns the long ranges of the media for which a
/// dynamic disk has no block.
std::vector<Unstored> check_vhd(const EvidenceFile& file);

} // namespace coldsweep
