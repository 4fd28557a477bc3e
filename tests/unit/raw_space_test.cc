// SPDX-License-Identifier: Apache-2.0
// Unallocated clusters, cut into pieces: each byte once, and no match across a cut is lost.
#include "filesystem/raw_space.h"

#include "manifest_fixture.h"
#include "support/catch.h"
#include "support/sources.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u32 kCluster = 4096;

ClusterBitmap bitmap_of(const std::string& bits, u64 clusters) {
  NtfsGeometry geometry;
  geometry.cluster_size = kCluster;
  geometry.cluster_count = geometry.present_clusters = clusters;
  const std::vector<Extent> extents{{0, 0, bits.size(), Extent::Kind::stored}};
  return ClusterBitmap::read(MemorySource(bits), geometry, extents, bits.size());
}

/// Cluster numbers of [from, to) of a chunk.
std::vector<u64> clusters_of(const RawChunk& chunk, u64 from, u64 to) {
  std::vector<u64> all;
  for (const Extent& extent : chunk.extents)
    for (u64 at = 0; at < extent.length; at += kCluster)
      if (extent.stream_offset + at >= from && extent.stream_offset + at < to)
        all.push_back((extent.source_offset + at) / kCluster);
  return all;
}

} // namespace

TEST_CASE("clusters whose bit is not set are free, even past the end of a short bitmap") {
  const ClusterBitmap bitmap = bitmap_of(std::string("\xFF\x0F\x81", 3), 30);
  CHECK(bitmap.in_use(0));
  CHECK(bitmap.in_use(11));
  CHECK(!bitmap.in_use(12));
  CHECK(bitmap.in_use(23));
  CHECK(!bitmap.in_use(24));
  CHECK(!bitmap.in_use(1000));
  CHECK(bitmap.free_runs() == std::vector<ClusterRun>{{12, 4}, {17, 6}, {24, 6}});
  CHECK(bitmap.problem() == "1 of 4 bytes of $Bitmap can't be read");
  NtfsGeometry geometry;
  geometry.cluster_count = geometry.present_clusters = 9;
  const ClusterBitmap absent(geometry);
  CHECK(absent.free_runs() == std::vector<ClusterRun>{{0, 9}});
  CHECK(!absent.problem().empty());
}

TEST_CASE(
    "every free cluster is in one piece, and each piece ends with the beginning of the next") {
  Random random(7);
  for (int round = 0; round < 20; ++round) {
    std::string bits(3000, '\0');
    for (char& byte : bits)
      byte = random.below(3) == 0 ? static_cast<char>(random.below(256))
                                  : static_cast<char>(random.coin() ? 0xFF : 0);
    const u64 clusters = bits.size() * 8 - random.below(8);
    const ClusterBitmap bitmap = bitmap_of(bits, clusters);
    std::vector<u64> free;
    for (u64 cluster = 0; cluster < clusters; ++cluster)
      if (!bitmap.in_use(cluster)) free.push_back(cluster);

    const std::vector<RawChunk> chunks = cut_raw_space(bitmap.free_runs(), kCluster);
    std::vector<u64> own;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const RawChunk& chunk = chunks[i];
      const u64 own_bytes = chunk.size - chunk.shared_tail;
      CHECK(own_bytes <= kRawChunk);
      CHECK(clusters_of(chunk, 0, kCluster) == std::vector{chunk.first_cluster});
      const std::vector<u64> mine = clusters_of(chunk, 0, own_bytes);
      own.insert(own.end(), mine.begin(), mine.end());
      if (i + 1 == chunks.size()) {
        CHECK(chunk.shared_tail == 0);
        continue;
      }
      CHECK(chunk.shared_tail > 0);
      CHECK(clusters_of(chunk, own_bytes, chunk.size) ==
            clusters_of(chunks[i + 1], 0, chunk.shared_tail));
    }
    CHECK(own == free);
  }
}
