// SPDX-License-Identifier: Apache-2.0
#include "prefilter/conditions.h"

namespace coldsweep {

Formula over_own_strings(const Conditions& conditions, u32 rule) {
  return replaced(conditions.formulas[rule], [&](const Formula& leaf) {
    if (leaf.kind != Formula::Kind::string) return constant(true);
    const StringPlace& string = conditions.strings[leaf.index];
    return string.rule == rule ? occurs(string.ordinal) : constant(true);
  });
}

} // namespace coldsweep
