// SPDX-License-Identifier: Apache-2.0
// A few strings that tell of many: the cover of a formula is a set of its strings of which at least one occurs wherever
// the formula may hold. Where several parts must hold, more than one of them may be in it, so that the formula is seldom
// in question. Pure function. Private to rules/.
#pragma once

#include "prefilter/formula.h"

namespace coldsweep {

/// What it takes to look for something.
struct SearchPrice {
  double effort = 0; ///< as a share of the search for everything, which follows where it is found
  double chance = 0; ///< that it is found
  double total() const { return effort + chance; }
};

struct Cover {
  std::vector<u32> strings; ///< may repeat
  SearchPrice price;
};

/// A cheap one by the prices of its strings; absent where the formula may hold without any string. `missing` parts too
/// few are taken where several must be (0, but for a fault that tests plant).
std::optional<Cover> cover_of(const Formula& formula, const std::function<SearchPrice(u32)>& price,
                              std::size_t missing = 0);

} // namespace coldsweep
