// SPDX-License-Identifier: Apache-2.0
// Raw space that begins like a file is judged as one: with a size that was guessed, as a part of kind `carved`. Used by one
// thread. Private to examine/.
#pragma once

#include "examine/content_tools.h"
#include "examine/examination.h"

#include <span>

namespace coldsweep {

struct RawWindow {
  const LoadedWindow& loaded;
  const Window& window;
};

/// Adds to Examination::complete what is found in pieces of their own; beginnings in what the next window begins with are
/// left to that.
void examine_carved(Examination& work, const RawWindow& raw, const ContentTools& tools);

/// Takes away matches that a carved finding of the same rule has too, and findings that have no other. `found` is by offset
/// in the window, which begins at `window_offset`.
void drop_repeated(std::vector<Finding>& found, std::span<const Finding> carved, u64 window_offset);

} // namespace coldsweep
