// SPDX-License-Identifier: Apache-2.0
// Checks a VMDK before libvmdk opens it (descriptor, extents, grain directories), and writes a
// descriptor of our own for libvmdk. Any thread.
#pragma once

#include "image/byte_source.h"
#include "image/evidence_file.h"

#include <vector>

namespace coldsweep {

struct VmdkSet {
  std::vector<EvidenceFile> files; ///< the given one, then its extents
  /// In memory. It names each extent by its file descriptor number. libvmdk opens extents by the
  /// names in the descriptor, even the only extent of a monolithic disk. So it would read a renamed
  /// image from the file that has its old name now.
  File descriptor;
  std::vector<Unstored> unstored; ///< long ranges of the media, in order
};

/// Throws FormatError for a snapshot, a missing or truncated extent, or a grain directory outside
/// its file.
VmdkSet open_vmdk_set(const std::filesystem::path& path);

} // namespace coldsweep
