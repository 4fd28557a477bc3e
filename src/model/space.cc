// SPDX-License-Identifier: Apache-2.0
#include "model/space.h"

#include <algorithm>

namespace coldsweep {

void SpaceAccount::skip(const std::string& reason, u64 bytes) {
  if (bytes == 0) return;
  skipped += bytes;
  skipped_by[reason] += bytes;
}

void SpaceAccount::add(StreamKind kind, const SpaceShare& share, const std::string& reason) {
  const u64 scanned = share.owned - share.skipped - share.unreadable;
  skip(reason, share.skipped);
  unreadable += share.unreadable;
  switch (kind) {
  case StreamKind::uninitialized:
  case StreamKind::slack:
  case StreamKind::mft_slack:
  case StreamKind::index_slack: slack += scanned; break;
  case StreamKind::unallocated:
  case StreamKind::unattributed:
  case StreamKind::volume_slack:
  case StreamKind::gap: unallocated += scanned; break;
  default: streams += scanned;
  }
}

std::vector<std::pair<std::string, u64>> SpaceAccount::parts() const {
  std::vector<std::pair<std::string, u64>> parts{{"scanned as streams", streams},
                                                 {"scanned as slack", slack},
                                                 {"scanned as unallocated", unallocated},
                                                 {"metadata", metadata},
                                                 {"unreadable", unreadable}};
  for (const auto& [reason, bytes] : skipped_by) {
    std::string words = reason;
    std::replace(words.begin(), words.end(), '_', ' ');
    parts.emplace_back(std::move(words), bytes);
  }
  std::erase_if(parts, [](const auto& part) { return part.second == 0; });
  return parts;
}

SpaceAccount& SpaceAccount::operator+=(const SpaceAccount& other) {
  size += other.size;
  streams += other.streams;
  slack += other.slack;
  unallocated += other.unallocated;
  metadata += other.metadata;
  unreadable += other.unreadable;
  for (const auto& [reason, bytes] : other.skipped_by) skip(reason, bytes);
  return *this;
}

bool SpaceAccount::balanced() const {
  u64 by_reason = 0;
  for (const auto& [reason, bytes] : skipped_by) by_reason += bytes;
  return by_reason == skipped &&
         streams + slack + unallocated + metadata + skipped + unreadable == size;
}

} // namespace coldsweep
