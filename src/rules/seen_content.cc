// SPDX-License-Identifier: Apache-2.0
#include "rules/seen_content.h"

namespace coldsweep {
namespace {

// Then everything is dropped.
constexpr u64 kMostBytes = 8_MiB;
constexpr u64 kMostOfOne = kMostBytes / 10;

/// About what it takes, with its key.
u64 bytes_of(const std::string& key, const ScanResult& result) {
  u64 sum = sizeof(ScanResult) + key.size() + 64; // a node of the table
  for (const RuleMatch& rule : result.matches) {
    sum += sizeof(RuleMatch);
    for (const Match& match : rule.matches)
      sum += sizeof(Match) + match.data.size() + match.before.size() + match.after.size();
  }
  for (const std::string& text : result.truncated) sum += sizeof(text) + text.size();
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
  const u64 bytes = bytes_of(key, result);
  if (bytes > kMostOfOne) return;
  kept_.with([&](Kept& kept) {
    if (kept.bytes + bytes > kMostBytes) kept = {};
    if (kept.results.emplace(key, result).second) kept.bytes += bytes;
  });
}

} // namespace coldsweep
