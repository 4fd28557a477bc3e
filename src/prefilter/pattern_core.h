// SPDX-License-Identifier: Apache-2.0
// A part of a pattern that stands in for all of it, where the whole can't be searched for. Pure function. Private to rules/.
#pragma once

#include "prefilter/pattern.h"

#include <optional>

namespace coldsweep {

/// Whether it has a repeat that may be long: then its core is less than the whole.
bool has_long_repeat(const Pattern& pattern);

/// What stands in whatever the pattern matches: of its parts in a row, those between repeats that may be long which have
/// the best word. Of alternatives, one of each. May match the empty string, and then says nothing.
Pattern core_of(const Pattern& pattern);

/// Without what permits nearly every byte at its beginning and its end: it finds hardly more, is faster to search for, and spares
/// Hyperscan automata that take many seconds to build. Absent where there is no such, or nothing else.
std::optional<Pattern> without_idle_ends(const Pattern& pattern);

} // namespace coldsweep
