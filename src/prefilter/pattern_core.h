// SPDX-License-Identifier: Apache-2.0
// A part of a pattern that replaces the whole in a search. Pure functions.
#pragma once

#include "prefilter/pattern.h"

#include <optional>

namespace coldsweep {

/// Whether it has a repeat that may be long. Then its core is less than the whole.
bool has_long_repeat(const Pattern& pattern);

/// A part that every match contains: of the stretches between repeats that may be long, the one
/// with the best word. Of alternatives, the core of each. It may match the empty string, and then
/// says nothing.
Pattern core_of(const Pattern& pattern);

/// The pattern without parts at its beginning and its end that permit nearly every byte. It finds
/// hardly more, is faster to search for, and spares Hyperscan automata that take many seconds to
/// build. Absent if there are no such parts, or only such parts.
std::optional<Pattern> without_idle_ends(const Pattern& pattern);

} // namespace coldsweep
