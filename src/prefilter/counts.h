// SPDX-License-Identifier: Apache-2.0
// What counts and quantifiers of a condition need. Pure functions.
#pragma once

#include "prefilter/ast.h"
#include "prefilter/planted_fault.h"

namespace coldsweep {

/// The operator with its operands exchanged.
std::string mirrored(const std::string& op);

/// The strings of a sum of counts, `#a + #b`, or of one count; none for any other expression.
std::vector<std::string> counted(const Expr& sum);

/// Whether `sum op bound`, where `sum` is one of counts, needs one of its strings.
bool is_above_zero(const Expr& sum, const std::string& op, const Expr& bound);

/// How many of `count` must hold for a quantifier; absent if that isn't known, or is none.
std::optional<std::size_t> count_needed(const Expr& quantifier, std::size_t count,
                                        PlantedFault fault);

} // namespace coldsweep
