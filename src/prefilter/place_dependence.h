// SPDX-License-Identifier: Apache-2.0
// Which rules depend on more than which strings occur: on size, places, a module, a name. They
// can't be judged in raw space, where no file begins or ends. Pure function.
#pragma once

#include "prefilter/ast.h"

#include <span>

namespace coldsweep {

/// By number, for the rules of these sources in order. `uses`: the rules that each refers to.
/// `counts`: how many rules each source has. A file that was not understood may depend on anything.
std::vector<bool> place_dependent(const std::vector<ParsedSource>& sources,
                                  std::span<const u32> counts,
                                  const std::vector<std::vector<u32>>& uses);

} // namespace coldsweep
