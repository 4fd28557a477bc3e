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
  std::string boot_problem; ///< why the backup boot sector was used; empty if it wasn't

  /// Whether to search a volume whose $MFT is damaged for records, which reads all of it.
  enum class Search : u8 { yes, no };

  /// Throws FormatError or ReadError that names what is wrong with the boot sector and its backup.
  static NtfsVolume open(SourcePtr source, Search search = Search::yes);
};

} // namespace coldsweep
