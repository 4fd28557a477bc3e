// SPDX-License-Identifier: Apache-2.0
// A finding -> its place, its score, and why. Pure functions of finding, content and table; any thread.
#pragma once

#include "model/outcome.h"
#include "weigh/content_facts.h"
#include "weigh/place_table.h"

namespace coldsweep {

/// The row that a path and what is under it fall into; null: none, the place is `other`.
const PlaceRow* place_of(std::string_view path, const ContentFacts& content,
                         const PlaceTable& table);

/// Fills `place`, `why` and `score`. Reasons that the finding brings with it count in place of those that its cause
/// would begin with.
void weigh(Finding& finding, const ContentFacts& content, const PlaceTable& table);

/// Makes `score` the sum of `why`, which says so where the sum had to be kept within 0 and 100. May be called again
/// when reasons were added.
void settle_score(Finding& finding);

} // namespace coldsweep
