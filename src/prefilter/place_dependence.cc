// SPDX-License-Identifier: Apache-2.0
#include "prefilter/place_dependence.h"

#include "model/externals.h"

#include <algorithm>

namespace coldsweep {
namespace {

bool asks_place(const Expr& expr) {
  using Kind = Expr::Kind;
  switch (expr.kind) {
  case Kind::unknown:
  case Kind::filesize:
  case Kind::read:
  case Kind::string_at:
  case Kind::string_in:
  case Kind::place: return true;
  case Kind::identifier:
    // A field of a module, or an external variable; others are rules or variables of loops.
    if (expr.text.find('.') != std::string::npos || expr.text == "entrypoint" ||
        std::find(kExternalNames.begin(), kExternalNames.end(), expr.text) !=
            kExternalNames.end() ||
        further_external(expr.text) != nullptr)
      return true;
    break;
  case Kind::count: // within a range
    if (expr.args.size() > 1) return true;
    break;
  case Kind::of:
    if (expr.in || expr.args.size() > 1) return true;
    break;
  default: break;
  }
  return std::any_of(expr.args.begin(), expr.args.end(), asks_place);
}

} // namespace

std::vector<bool> place_dependent(const std::vector<ParsedSource>& sources,
                                  std::span<const u32> counts,
                                  const std::vector<std::vector<u32>>& uses) {
  std::vector<bool> all;
  for (std::size_t i = 0; i < sources.size(); ++i)
    for (u32 rule = 0; rule < counts[i]; ++rule)
      all.push_back(!sources[i].problem.empty() || rule >= sources[i].rules.size() ||
                    asks_place(sources[i].rules[rule].condition));
  // Rules refer only to earlier ones, whose answers are known by then.
  for (std::size_t rule = 0; rule < all.size() && rule < uses.size(); ++rule)
    for (const u32 used : uses[rule])
      if (used >= all.size() || all[used]) all[rule] = true;
  return all;
}

} // namespace coldsweep
