// SPDX-License-Identifier: Apache-2.0
// The first and last bytes of an evidence file -> its container format. The content decides: what
// leads to a disk is believed. The name only serves to detect a contradiction.
#pragma once

#include "image/evidence_file.h"

#include <string>

namespace coldsweep {

enum class Container : u8 { raw, ewf, vmdk, vhd };

struct Classified {
  Container container = Container::raw;
  std::string problem{}; ///< what speaks against it; empty: nothing
};

/// Throws UsageError for a container that must be converted first, FormatError if the name promises
/// a container whose signature is missing, and no disk begins there either.
Classified classify(const EvidenceFile& first);

} // namespace coldsweep
