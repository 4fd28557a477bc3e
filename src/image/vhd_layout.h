// SPDX-License-Identifier: Apache-2.0
// Where a VHD has what: by its footer, or by the copy of the footer that a dynamic disk begins
// with. Any thread.
#pragma once

#include "image/evidence_file.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct VhdLayout {
  u64 media = 0; ///< bytes
  u64 end = 0;   ///< of the disk's data: the file's size without its footer
  u64 block = 0; ///< bytes of media a block, a power of two from 512 on; 0: a fixed disk
  u64 table =
      0; ///< where the table of a dynamic disk is, 4 bytes for each block; it is within the file
  std::vector<std::string> problems; ///< what is odd about it

  u64 blocks() const { return media / block + (media % block != 0 ? 1 : 0); }
};

/// Throws FormatError for a damaged file that can't be read, and for a differencing disk. The
/// message names file, offset and what was expected.
VhdLayout read_vhd_layout(const EvidenceFile& file);

/// Whether there is a VHD footer, intact or not, in the last 512 bytes, or a copy of one at
/// offset 0.
bool has_vhd_footer(const EvidenceFile& file);

/// Why a file with a footer in its last 512 bytes is no VHD, but a raw image: a disk begins at
/// offset 0, and the footer describes another one. Absent if the footer is to be believed.
std::optional<std::string> why_footer_is_strange(const EvidenceFile& file);

} // namespace coldsweep
