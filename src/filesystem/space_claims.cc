// SPDX-License-Identifier: Apache-2.0
#include "filesystem/space_claims.h"

#include "base/checked.h"

#include <algorithm>
#include <queue>
#include <tuple>

namespace coldsweep {

void SpaceClaims::claim(Rank rank, u64 from, u64 length, u32 owner) {
  const std::optional<u64> to = checked_add(from, length);
  if (length == 0 || !to || *to >> 63 != 0) return;
  if (!claims_.empty() && claims_.size() > sorted_) { // a long range may come in small pieces
    Claim& last = claims_.back();
    if (last.to == from && last.owner == owner && last.rank == rank) {
      last.to = *to;
      return;
    }
  }
  claims_.push_back({from, *to, owner, rank});
}

void SpaceClaims::sort() {
  const auto before = [](const Claim& a, const Claim& b) {
    return std::tie(a.from, a.rank, a.owner, a.to) < std::tie(b.from, b.rank, b.owner, b.to);
  };
  const auto added = claims_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(added, claims_.end(), before);
  std::inplace_merge(claims_.begin(), added, claims_.end(), before);
  sorted_ = claims_.size();
}

std::vector<ClusterRun> SpaceClaims::unclaimed(const std::vector<ClusterRun>& among,
                                               u32 cluster_size) {
  sort();
  std::vector<ClusterRun> left;
  auto claim = claims_.cbegin();
  u64 taken = 0; // all bytes before it are claimed or done
  for (const ClusterRun& run : among) {
    u64 at = run.first;
    const u64 end = run.first + run.count;
    const auto keep = [&](u64 to) {
      if (to > at) left.push_back({at, to - at});
      at = std::max(at, to);
    };
    at = std::max(at, std::min(end, (taken + cluster_size - 1) / cluster_size));
    for (; claim != claims_.cend() && claim->from / cluster_size < end; ++claim) {
      if (claim->rank <= Rank::metadata && claim->to > taken) {
        keep(std::clamp(claim->from / cluster_size, at, end));
        taken = claim->to;
      }
      at = std::max(at, std::min(end, (taken + cluster_size - 1) / cluster_size));
    }
    keep(end);
  }
  return left;
}

std::vector<u64> SpaceClaims::settle(u64 end, u32 owners) {
  sort();
  std::vector<u64> bytes(owners);
  // The best claim on the current byte is on top. Claims that have ended stay until they get there.
  const auto worse = [](const Claim* a, const Claim* b) {
    return std::tie(a->rank, a->owner) > std::tie(b->rank, b->owner);
  };
  std::priority_queue<const Claim*, std::vector<const Claim*>, decltype(worse)> holders(worse);
  u64 at = 0;
  const auto give_until = [&](u64 to) {
    while (at < to) {
      while (!holders.empty() && holders.top()->to <= at) holders.pop();
      if (holders.empty()) break;
      const u64 until = std::min(to, holders.top()->to);
      bytes[holders.top()->owner] += until - at;
      at = until;
    }
    at = std::max(at, to);
  };
  for (const Claim& claim : claims_) {
    if (claim.from >= end) break;
    give_until(claim.from);
    if (claim.to > at) holders.push(&claim);
  }
  give_until(end);
  return bytes;
}

} // namespace coldsweep
