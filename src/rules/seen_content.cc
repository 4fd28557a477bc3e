// SPDX-License-Identifier: Apache-2.0
#include "rules/seen_content.h"

namespace coldsweep {
namespace {

// A few MiB at most; then everything is dropped.
constexpr std::size_t kMostResults = 10'000;
constexpr std::size_t kMostMatches = 10'000;

std::size_t matches_of(const ScanResult& result) {
  std::size_t sum = 0;
  for (const RuleMatch& match : result.matches) sum += 1 + match.matches.size();
  return sum;
}

} // namespace

std::optional<ScanResult> SeenContent::find(const std::string& key) const {
  return kept_.with([&](const Kept& kept) -> std::optional<ScanResult> {
    const auto found = kept.results.find(key);
    return found == kept.results.end() ? std::nullopt : std::optional(found->second);
  });
}

void SeenContent::keep(const std::string& key, const ScanResult& result) {
  const std::size_t matches = matches_of(result);
  if (matches > kMostMatches / 10) return;
  kept_.with([&](Kept& kept) {
    if (kept.results.size() >= kMostResults || kept.matches + matches > kMostMatches) kept = {};
    if (kept.results.emplace(key, result).second) kept.matches += matches;
  });
}

} // namespace coldsweep
