// SPDX-License-Identifier: Apache-2.0
#include "filesystem/index_blocks.h"
#include "filesystem/space_claims.h"
#include "filesystem/system_streams.h"
#include "filesystem/update_sequence.h"
#include "model/space.h"
#include "support/catch.h"
#include "support/sources.h"

#include <random>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

using Rank = SpaceClaims::Rank;

struct Wish {
  Rank rank;
  u64 from, length;
  u32 owner;
};

} // namespace

TEST_CASE("every byte goes to the best claim on it, however claims overlap") {
  const unsigned seed = GENERATE(take(200, random(0U, 1U << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](u64 n) { return random() % n; };
  constexpr u64 kEnd = 300, kOwners = 6;
  std::vector<Wish> wishes;
  SpaceClaims claims;
  for (u64 left = below(30); left > 0; --left) {
    wishes.push_back(
        {static_cast<Rank>(below(6)), below(320), below(60), static_cast<u32>(below(kOwners))});
    const Wish& w = wishes.back();
    claims.claim(w.rank, w.from, w.length, w.owner);
  }
  std::vector<u64> expected(kOwners);
  std::vector<bool> in_use(100);
  for (u64 at = 0; at < kEnd; ++at) {
    const Wish* best = nullptr;
    for (const Wish& w : wishes)
      if (w.from <= at && at < w.from + w.length) {
        if (best == nullptr || std::tie(w.rank, w.owner) < std::tie(best->rank, best->owner))
          best = &w;
        if (w.rank <= Rank::metadata) in_use[at / 10] = true;
      }
    if (best != nullptr) ++expected[best->owner];
  }
  CHECK(claims.settle(kEnd, kOwners) == expected);

  const std::vector<ClusterRun> among{{1, 4}, {7, 12}, {21, 1}};
  std::vector<u64> free, told;
  for (const ClusterRun& run : among)
    for (u64 cluster = run.first; cluster < run.first + run.count; ++cluster)
      if (!in_use[cluster]) free.push_back(cluster);
  for (const ClusterRun& run : claims.unclaimed(among, 10))
    for (u64 cluster = run.first; cluster < run.first + run.count; ++cluster)
      told.push_back(cluster);
  CHECK(told == free);
}

TEST_CASE("claims that are empty or reach past 2^63 claim nothing") {
  SpaceClaims claims;
  claims.claim(Rank::in_use, 10, 0, 0);
  claims.claim(Rank::in_use, ~u64{0} - 1, 5, 0);
  claims.claim(Rank::in_use, 5, ~u64{0} - 10, 0);
  CHECK(claims.settle(100, 1) == std::vector<u64>{0});
}

TEST_CASE("the parts of an account add up, and say why bytes were skipped") {
  SpaceAccount account;
  account.size = 100;
  account.metadata = 10;
  account.add(StreamKind::data, {50, 20, 5}, "timed_out");
  account.add(StreamKind::index_slack, {10, 0, 0}, "");
  account.add(StreamKind::unattributed, {30, 0, 1}, "");
  CHECK(account.balanced());
  CHECK(account.streams == 25);
  CHECK(account.slack == 10);
  CHECK(account.unallocated == 29);
  CHECK(account.unreadable == 6);
  using Parts = std::vector<std::pair<std::string, u64>>;
  CHECK(account.parts() == Parts{{"scanned as streams", 25},
                                 {"scanned as slack", 10},
                                 {"scanned as unallocated", 29},
                                 {"metadata", 10},
                                 {"unreadable", 6},
                                 {"timed out", 20}});
  account.skipped += 1;
  CHECK_FALSE(account.balanced());
}

TEST_CASE("bytes that the update sequence displaced are located in its array") {
  const PlaceStored stored = [](u64 offset, u64 length) {
    return std::vector<Extent>{{0, 10'000 + offset, length, Extent::Kind::stored}};
  };
  const std::vector<Extent> extents = place_updated(0x30, 500, 20, stored);
  REQUIRE(extents.size() == 3);
  CHECK(extents[0] == Extent{0, 10'500, 10, Extent::Kind::stored});
  CHECK(extents[1] == Extent{10, 10'000 + 0x32, 2, Extent::Kind::rewritten});
  CHECK(extents[2] == Extent{12, 10'512, 8, Extent::Kind::stored});
  CHECK(place_updated(0, 500, 20, stored).size() == 1);
  CHECK(place_updated(0x30, 511, 1, stored) ==
        std::vector<Extent>{{0, 10'000 + 0x33, 1, Extent::Kind::rewritten}});
}

TEST_CASE("an index block's slack begins where its entries end, and an unused block is all slack") {
  std::string bytes(3 * 4096, '\0');
  const auto put = [&](u64 at, std::string_view text) { bytes.replace(at, text.size(), text); };
  const auto block = [&](u64 at, char used) { // 0x28: the array, of 9 words
    put(at, std::string("INDX\x28\0\x09\0", 8));
    put(at + 28, std::string({used, '\1', '\0', '\0'})); // used: 256 and this, from offset 24
  };
  block(0, '\x40');
  put(24 + 0x140 + 8, "left behind");
  block(4096, '\x40');
  put(2 * 4096 + 700, "no block at all");
  const MemorySource source(bytes);
  const std::vector<Extent> extents{{0, 0, bytes.size(), Extent::Kind::stored}};
  const std::byte bitmap{0b101};
  const std::vector<IndexSlack> slack =
      index_slack(source, extents, bytes.size(), 4096, ByteView(&bitmap, 1));
  REQUIRE(slack.size() == 3);
  CHECK(slack[0].offset == 24 + 0x140);
  CHECK_FALSE(slack[0].zeros);
  CHECK(slack[1].offset == 4096); // unused according to the bitmap
  CHECK(slack[2].offset == 2 * 4096);
  CHECK(slack[2].array_offset == 0);

  const std::vector<Extent> placed = place_index_slack(slack, extents, bytes.size());
  u64 at = 0;
  for (const Extent& extent : placed) {
    CHECK(extent.stream_offset == at);
    at += extent.length;
  }
  CHECK(at == bytes.size());
  CHECK(index_slack(source, extents, ~u64{0}, 4096, {}).size() == 3);
}

TEST_CASE(
    "system streams are recognized by place and name, but not what a user adds to their files") {
  const auto named = [](u64 parent, const char* name) {
    return std::vector<FileName>{{{parent, 1}, name, {}, 1}};
  };
  SystemStreams system;
  CHECK(system.of(0, named(5, "$MFT")).holds("", 1));
  CHECK_FALSE(system.of(0, named(5, "$MFT")).holds("evil", 1));
  CHECK_FALSE(system.of(5, named(5, ".")).holds("evil", 1));
  CHECK_FALSE(system.of(5, named(5, ".")).holds("", 1));
  CHECK(system.of(9, named(5, "$Secure")).holds("$SDS", 1));
  CHECK(system.of(50, named(11, "$UsnJrnl")).holds("$J", 1));
  CHECK_FALSE(system.of(50, named(11, "$Deleted")).holds("", 1));
  CHECK_FALSE(system.of(51, named(60, "$TxfLog")).holds("", 1));
  system.add_folder(60, named(11, "$RmMetadata"));
  system.add_folder(61, named(60, "$TxfLog"));
  CHECK(system.of(62, named(61, "$Tops")).holds("$T", 1));
  CHECK_FALSE(system.of(62, named(61, "shell.aspx")).holds("", 1));
  CHECK(system.of(70, named(5, "PageFile.sys")).holds("", 1_GiB));
  CHECK_FALSE(system.of(70, named(5, "pagefile.sys")).holds("", 4096)); // Windows makes it larger
  CHECK_FALSE(system.of(70, named(44, "pagefile.sys")).holds("", 1_GiB));
}
