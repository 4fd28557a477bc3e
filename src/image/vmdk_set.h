// SPDX-License-Identifier: Apache-2.0
// Checks a VMDK before libvmdk sees it (descriptor, extents, grain directories), and gives libvmdk
// a descriptor of our own to open. Any thread.
#pragma once

#include "image/evidence_file.h"

#include <vector>

namespace coldsweep {

struct VmdkSet {
  std::vector<EvidenceFile> files; ///< the one that was named, then its extents
  /// In memory: names each extent by its open descriptor. libvmdk opens an extent by the name that
  /// the descriptor gives, even the only extent of a monolithic disk: a renamed image would be read
  /// from whatever file now has its old name.
  File descriptor;
};

/// Throws FormatError for a snapshot without its parent, a missing or short extent, a grain
/// directory outside its file.
VmdkSet open_vmdk_set(const std::filesystem::path& path);

} // namespace coldsweep
