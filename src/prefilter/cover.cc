// SPDX-License-Identifier: Apache-2.0
#include "prefilter/cover.h"

#include <algorithm>

namespace coldsweep {
namespace {

void append(Cover& cover, const Cover& part) {
  cover.strings.insert(cover.strings.end(), part.strings.begin(), part.strings.end());
  cover.price.effort += part.price.effort;
}

/// If one of them must be found, any may be.
Cover of_any(std::span<const Cover> parts) {
  Cover cover;
  double none = 1;
  for (const Cover& part : parts) {
    append(cover, part);
    none *= 1 - part.price.chance;
  }
  cover.price.chance = 1 - none;
  return cover;
}

/// If all must be found: as many of them as are worth their effort.
Cover of_all(std::span<const Cover> parts) {
  Cover cover = parts.front();
  for (const Cover& part : parts.subspan(1)) {
    const double chance = cover.price.chance * part.price.chance;
    if (cover.price.chance - chance <= part.price.effort) continue;
    append(cover, part);
    cover.price.chance = chance;
  }
  return cover;
}

} // namespace

std::optional<Cover> cover_of(const Formula& formula, const std::function<SearchPrice(u32)>& price,
                              std::size_t missing) {
  switch (formula.kind) {
  case Formula::Kind::constant: return formula.value ? std::nullopt : std::optional(Cover());
  case Formula::Kind::string: return Cover{{formula.index}, price(formula.index)};
  case Formula::Kind::probe: return std::nullopt;
  case Formula::Kind::at_least: break;
  }
  const std::size_t count = formula.parts.size();
  if (formula.least == 0) return std::nullopt;
  if (formula.least > count) return Cover();
  std::vector<Cover> parts;
  for (const Formula& part : formula.parts)
    if (std::optional<Cover> of = cover_of(part, price, missing)) parts.push_back(std::move(*of));
  // If k of n hold, one of any n - k + 1 holds.
  const std::size_t wanted = count - formula.least + 1;
  if (parts.size() < wanted) return std::nullopt;
  std::stable_sort(parts.begin(), parts.end(), [](const Cover& a, const Cover& b) {
    return a.price.total() < b.price.total();
  });
  if (wanted == 1) return of_all(parts);
  return of_any(std::span(parts).first(wanted > missing + 1 ? wanted - missing : 1));
}

} // namespace coldsweep
