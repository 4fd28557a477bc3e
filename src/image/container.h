// SPDX-License-Identifier: Apache-2.0
// The first and last bytes of an evidence file -> its container format. The content decides. The
// name only serves to detect a contradiction.
#pragma once

#include "image/evidence_file.h"

namespace coldsweep {

enum class Container : u8 { raw, ewf, vmdk, vhd };

/// Throws UsageError for a container that must be converted first, FormatError if the name promises
/// a container whose signature is missing.
Container classify(const EvidenceFile& first);

} // namespace coldsweep
