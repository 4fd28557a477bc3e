// SPDX-License-Identifier: Apache-2.0
// Guesses of how common a pattern is in the content that disks are full of. A bad guess costs time, never a finding.
// Pure functions. Private to rules/.
#pragma once

#include "prefilter/pattern.h"

namespace coldsweep {

/// How often it occurs, a byte of content, judged by the run of bytes in it that says most.
double usual_rate(const Pattern& pattern);

/// How much its words say, in bits: what a search has to go by. Classes of bytes say nothing here, however long they
/// repeat.
double word_bits(const Pattern& pattern);

/// The same of its best word alone: bytes in a row.
double best_word_bits(const Pattern& pattern);

} // namespace coldsweep
