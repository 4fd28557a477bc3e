// SPDX-License-Identifier: Apache-2.0
// Whether findings are the same with the prefilter and without it.
#pragma once

#include "prefilter/necessary.h"
#include "support/rule_generator.h"

#include <optional>
#include <string>

namespace coldsweep::test {

struct Tally {
  u64 pairs = 0, decided = 0, matching = 0, refused = 0;
};

/// Describes the first input on which the two differ; absent if there is none. Adds to `tally`.
std::optional<std::string> difference(const GeneratedCase& generated, PlantedFault fault,
                                      Tally& tally);

/// The same for content that is ruled out piece by piece. Each input is a part of such content.
std::optional<std::string> difference_in_pieces(const GeneratedCase& generated, PlantedFault fault,
                                                Tally& tally);

} // namespace coldsweep::test
