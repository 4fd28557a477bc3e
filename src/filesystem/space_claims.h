// SPDX-License-Identifier: Apache-2.0
// Who owns which bytes of a volume. Streams, slack and metadata lay claim to ranges; where claims overlap (a deleted file
// under a new one, cross-linked files, $MFT over what is resident in it) the higher rank has the byte, so that an account
// counts each once. Built and asked by one thread.
#pragma once

#include "base/large_pages.h"
#include "filesystem/cluster_bitmap.h"

#include <vector>

namespace coldsweep {

class SpaceClaims {
public:
  enum class Rank : u8 { in_use, slack, table, metadata, deleted, nobodys };

  void reserve(u64 claims) { claims_.reserve(claims); }

  /// For `owner`, a number of the caller's. Ranges that are empty, or reach past 2^63, are ignored.
  void claim(Rank rank, u64 from, u64 length, u32 owner);

  /// Of these clusters, those that no claim of what is in use touches (up to `metadata`).
  std::vector<ClusterRun> unclaimed(const std::vector<ClusterRun>& among, u32 cluster_size);

  /// Bytes that each owner has of [0, end), by its number; what is past `end` isn't counted.
  std::vector<u64> settle(u64 end, u32 owners);

private:
  struct Claim {
    u64 from = 0, to = 0;
    u32 owner = 0;
    Rank rank = Rank::in_use;
  };
  void sort();

  LargeVector<Claim> claims_;
  std::size_t sorted_ = 0; // so many of the first
};

} // namespace coldsweep
