// SPDX-License-Identifier: Apache-2.0
// The command by which others see the same bytes, with The Sleuth Kit (or dd) alone, run where the image lies.
#pragma once

#include "image/image.h"
#include "model/stream.h"

#include <string>

namespace coldsweep {

/// How the tools are told about image and volume: the same for all streams of a volume.
struct LocateTarget {
  std::string format;                ///< as Image::format
  std::vector<std::string> segments; ///< file names
  u64 volume_offset = 0;
  u64 volume_size = 0;
  u32 cluster_size = 0;
  bool unknown_to_sleuth_kit = false; ///< it can't open the volume: its boot sector is damaged
};

/// Of what WOF compressed, the command shows the compressed bytes: no tool of The Sleuth Kit decompresses them.
std::string locate_command(const LocateTarget& target, const StreamRef& stream,
                           const ByteSource& source);

/// For what is said of the MFT record itself: shows its names and attributes.
std::string locate_record_command(const LocateTarget& target, const StreamRef& stream);

/// One word of a POSIX shell command.
std::string shell_quoted(const std::string& word);

} // namespace coldsweep
