// SPDX-License-Identifier: Apache-2.0
// The command that shows the same bytes with nothing but The Sleuth Kit (or dd), run in the folder
// of the image. Pure functions.
#pragma once

#include "image/image.h"
#include "model/outcome.h"
#include "model/stream.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// The arguments that name image and volume: the same for all streams of a volume.
struct LocateTarget {
  std::string format;                ///< as Image::format
  std::vector<std::string> segments; ///< file names
  u64 volume_offset = 0;
  u64 volume_size = 0;
  u32 cluster_size = 0;
  /// Why The Sleuth Kit's programs don't open the image, or the volume in it, as we do. Empty if
  /// they do.
  std::string image_refused{}, volume_refused{};
  u64 media_size = 0;
  bool other_sectors = false; ///< The Sleuth Kit doesn't take sectors of 512 bytes unasked
  /// In order: Image::acquisition_errors, and what lies past the end of the evidence.
  std::vector<MediaRange> unread_media{};
};

/// A shell command, or why there is none that shows the bytes; one of the two is empty.
struct Locate {
  std::string command, why_none;
};

/// For a WOF-compressed stream the command shows the compressed bytes: no Sleuth Kit tool
/// decompresses them. `overwritten`: see NtfsPlan::overwritten().
Locate locate_command(const LocateTarget& target, const StreamRef& stream, const ByteSource& source,
                      const std::optional<Overwritten>& overwritten);

/// For findings about the MFT record itself: shows its names and attributes, or else its bytes.
Locate locate_record_command(const LocateTarget& target, const StreamRef& stream,
                             const ByteSource& source);

/// One word of a shell command: as it is, in '...', or, if it isn't printable UTF-8, in $'...'
/// (bash, zsh, POSIX 2024).
std::string shell_quoted(const std::string& word);

} // namespace coldsweep
