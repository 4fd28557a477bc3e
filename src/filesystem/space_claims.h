// SPDX-License-Identifier: Apache-2.0
// Which owner each byte of a volume has. Streams, slack and metadata claim ranges. Where claims
// overlap (a deleted file under a new one, cross-linked files, $MFT over resident content), the
// higher rank owns the byte, so that an account counts each byte once. Used by one thread.
#pragma once

#include "base/large_pages.h"
#include "filesystem/cluster_bitmap.h"

#include <vector>

namespace coldsweep {

class SpaceClaims {
public:
  enum class Rank : u8 { in_use, slack, table, metadata, deleted, nobodys };

  void reserve(u64 claims) { claims_.reserve(claims); }

  /// For `owner`, a number that the caller chooses. Ranges that are empty or reach past 2^63 are
  /// ignored.
  void claim(Rank rank, u64 from, u64 length, u32 owner);

  /// Those of these clusters that no claim of rank `metadata` or higher touches.
  std::vector<ClusterRun> unclaimed(const std::vector<ClusterRun>& among, u32 cluster_size);

  /// How many bytes of [0, end) each owner has, by its number.
  std::vector<u64> settle(u64 end, u32 owners);

private:
  struct Claim {
    u64 from = 0, to = 0;
    u32 owner = 0;
    Rank rank = Rank::in_use;
  };
  void sort();

  LargeVector<Claim> claims_;
  std::size_t sorted_ = 0; // claims at the front that are sorted
};

} // namespace coldsweep
