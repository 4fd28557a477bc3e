// SPDX-License-Identifier: Apache-2.0
// Which rules ask for more than that their strings occur: for size, places, a module, a name. In raw space, where no file
// begins or ends, these can't be judged. Pure function. Private to rules/.
#pragma once

#include "prefilter/ast.h"

#include <span>

namespace coldsweep {

/// By number, of the rules of these sources in order. `uses`: what each refers to. A file that was not understood may ask
/// for anything; `counts` says how many rules each source has.
std::vector<bool> place_dependent(const std::vector<ParsedSource>& sources,
                                  std::span<const u32> counts,
                                  const std::vector<std::vector<u32>>& uses);

} // namespace coldsweep
