// SPDX-License-Identifier: Apache-2.0
// First bytes (and last ones) of an evidence file -> what kind of container it is. By content; a
// name only ever contradicts what the content seems to be.
#pragma once

#include "image/evidence_file.h"

namespace coldsweep {

enum class Container : u8 { raw, ewf, vmdk, vhd };

/// Throws UsageError for a container that has to be converted first, FormatError where the name
/// promises a container whose signature is not there.
Container classify(const EvidenceFile& first);

} // namespace coldsweep
