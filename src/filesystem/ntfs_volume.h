// SPDX-License-Identifier: Apache-2.0
// An NTFS volume, opened: geometry, label, and its MFT.
#pragma once

#include "filesystem/mft.h"

#include <optional>
#include <string>

namespace coldsweep {

struct NtfsVolume {
  SourcePtr source;
  NtfsGeometry geometry;
  Mft mft;
  std::string label; ///< printable UTF-8; may be empty

  /// Throws FormatError or ReadError naming what is wrong with the boot sector or $MFT.
  static NtfsVolume open(SourcePtr source);
};

} // namespace coldsweep
