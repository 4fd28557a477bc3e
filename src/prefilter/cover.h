// SPDX-License-Identifier: Apache-2.0
// The cover of a formula is a set of its strings: wherever the formula may hold, at least one of
// them occurs. If several parts of the formula must hold, the cover may have strings of more than
// one, so that they seldom all occur. Pure function.
#pragma once

#include "prefilter/formula.h"

namespace coldsweep {

/// What it takes to look for something.
struct SearchPrice {
  double effort = 0; ///< as a share of the search for everything, which follows if it is found
  double chance = 0; ///< that it is found
  double total() const { return effort + chance; }
};

struct Cover {
  std::vector<u32> strings; ///< may repeat
  SearchPrice price;
};

/// A cover that is cheap by the prices of its strings; absent if the formula may hold without any
/// string. Where several parts must be taken, `missing` too few are taken (0, except for a fault
/// that tests plant).
std::optional<Cover> cover_of(const Formula& formula, const std::function<SearchPrice(u32)>& price,
                              std::size_t missing = 0);

} // namespace coldsweep
