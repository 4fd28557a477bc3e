// SPDX-License-Identifier: Apache-2.0
// A finding -> its place, its score and the reasons. Pure functions of finding, content and table;
// any thread.
#pragma once

#include "model/outcome.h"
#include "weigh/content_facts.h"
#include "weigh/place_table.h"

namespace coldsweep {

/// The row that matches path and content. Null if none does: the place is then `other`.
const PlaceRow* place_of(std::string_view path, const ContentFacts& content,
                         const PlaceTable& table);

/// Fills `place`, `why` and `score`. If the finding already has reasons, they replace the cause's
/// own score.
void weigh(Finding& finding, const ContentFacts& content, const PlaceTable& table);

/// Makes `score` the sum of `why`, and adds a reason if the sum had to be clamped to 0..100. Call
/// it again after adding reasons.
void settle_score(Finding& finding);

} // namespace coldsweep
