// SPDX-License-Identifier: Apache-2.0
// Raw space that begins like a file is judged as one: with a size that was guessed, as a part of kind `carved`. Used by one
// thread. Private to engine/.
#pragma once

#include "engine/examination.h"

namespace coldsweep {

struct RawWindow {
  const LoadedWindow& loaded;
  const Window& window;
};

/// The content of a piece that something was found in; valid as long as the window.
struct CarvedContent {
  std::string sha256;
  std::vector<std::byte> mended; ///< where the stored bytes aren't the content
  ByteView bytes;
};

struct CarvedScan {
  std::vector<Finding> findings; ///< complete and weighed, by offset in the stream
  std::vector<CarvedContent> contents;
  std::vector<std::string> truncated;
  u64 left_out = 0; ///< beginnings that were too many
};

/// Beginnings in what the next window begins with are left to that.
CarvedScan scan_carved(Examination& work, const RawWindow& raw, Scanner& scanner,
                       const PlaceTable& places);

/// Takes away matches that a carved finding of the same rule has too, and findings that have no other. `found` is by offset
/// in the window, which begins at `window_offset`.
void drop_repeated(std::vector<Finding>& found, const std::vector<Finding>& carved,
                   u64 window_offset);

} // namespace coldsweep
