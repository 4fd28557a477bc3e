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
  std::string label;        ///< printable UTF-8; may be empty
  std::string boot_problem; ///< why the backup boot sector was used; empty where it wasn't

  /// Whether a volume whose $MFT is damaged is searched for records, which takes a read of all of it.
  enum class Search : u8 { yes, no };

  /// Throws FormatError or ReadError naming what is wrong with the boot sector and its backup.
  static NtfsVolume open(SourcePtr source, Search search = Search::yes);
};

} // namespace coldsweep
