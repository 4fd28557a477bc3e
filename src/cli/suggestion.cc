// SPDX-License-Identifier: Apache-2.0
#include "cli/suggestion.h"

#include "base/text.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kLongestWord = 64;

/// Insertions, deletions, replacements and transpositions of neighbours (optimal string alignment).
std::size_t mistakes(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  return cost.back().back();
}

} // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  if (word.size() > kLongestWord) return {};
  const std::string given = ascii_lower(word);
  // One letter in three may be wrong.
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
  const std::string* nearest = nullptr;
  for (const std::string& one : known) {
    const std::size_t count = mistakes(given, ascii_lower(one));
    if (count >= fewest) continue;
    fewest = count;
    nearest = &one;
  }
  return nearest == nullptr ? "" : fmt::format("; did you mean {}?", *nearest);
}

} // namespace coldsweep
