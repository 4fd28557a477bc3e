// SPDX-License-Identifier: Apache-2.0
// What counts and quantifiers of a condition ask for. Pure functions. Private to rules/.
#pragma once

#include "prefilter/necessary.h"

namespace coldsweep {

/// The operator with its operands exchanged.
std::string mirrored(const std::string& op);

/// The strings of a sum of counts, `#a + #b`, or of one count; none for any other expression.
std::vector<std::string> counted(const Expr& sum);

/// Whether `sum op bound`, of a sum of counts, needs one of its strings.
bool is_above_zero(const Expr& sum, const std::string& op, const Expr& bound);

/// How many of `count` must hold for a quantifier; absent where that isn't known, or is none.
std::optional<std::size_t> count_needed(const Expr& quantifier, std::size_t count,
                                        PlantedFault fault);

} // namespace coldsweep
