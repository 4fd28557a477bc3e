// SPDX-License-Identifier: Apache-2.0
// Guesses how common a pattern is in the usual content of disks. A bad guess costs time, never a
// finding. Pure functions.
#pragma once

#include "prefilter/pattern.h"

namespace coldsweep {

/// How often it occurs per byte of content, estimated from its most informative run of bytes.
double usual_rate(const Pattern& pattern);

/// How informative its words are for a search, in bits. Classes of bytes say nothing, however long
/// they repeat.
double word_bits(const Pattern& pattern);

/// The same for its best word alone: bytes in a row.
double best_word_bits(const Pattern& pattern);

} // namespace coldsweep
