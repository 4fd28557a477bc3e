// SPDX-License-Identifier: Apache-2.0
// Raw space that begins like a file is scanned as one, with a guessed size, as a part of kind
// `carved`. Used by one thread. Private to examine/.
#pragma once

#include "examine/content_tools.h"
#include "examine/examination.h"

#include <span>

namespace coldsweep {

struct RawWindow {
  const LoadedWindow& loaded;
  const Window& window;
};

/// Adds the findings in carved parts to Examination::complete. Parts that begin in the range
/// shared with the next window are left to that window.
void examine_carved(Examination& work, const RawWindow& raw, const ContentTools& tools);

/// Removes matches that a carved finding of the same rule already has, and findings that have no
/// match left. Offsets in `found` are within the window, which begins at `window_offset`.
void drop_repeated(std::vector<Finding>& found, std::span<const Finding> carved, u64 window_offset);

} // namespace coldsweep
