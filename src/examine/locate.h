// SPDX-License-Identifier: Apache-2.0
// The command that shows the same bytes with nothing but The Sleuth Kit (or dd), run in the folder
// of the image.
#pragma once

#include "image/image.h"
#include "model/stream.h"

#include <string>

namespace coldsweep {

/// The arguments that name image and volume: the same for all streams of a volume.
struct LocateTarget {
  std::string format;                ///< as Image::format
  std::vector<std::string> segments; ///< file names
  u64 volume_offset = 0;
  u64 volume_size = 0;
  u32 cluster_size = 0;
  bool unknown_to_sleuth_kit = false; ///< the boot sector is damaged
};

/// For a WOF-compressed stream the command shows the compressed bytes: no Sleuth Kit tool
/// decompresses them.
std::string locate_command(const LocateTarget& target, const StreamRef& stream,
                           const ByteSource& source);

/// For findings about the MFT record itself: shows its names and attributes.
std::string locate_record_command(const LocateTarget& target, const StreamRef& stream);

/// One word of a POSIX shell command.
std::string shell_quoted(const std::string& word);

} // namespace coldsweep
