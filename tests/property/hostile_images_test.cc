// SPDX-License-Identifier: Apache-2.0
// Random damage: no crash, no hang, and the byte account still adds up.
#include "base/endian.h"
#include "base/file.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/random_tree.h"
#include "support/run_sweep.h"
#include "support/sources.h"

#include <random>
#include <utility>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const u64 kImages = rounds(200, 4);

void flip(std::string& bytes, u64 offset, std::mt19937_64& random) {
  bytes[offset] = static_cast<char>(bytes[offset] ^ static_cast<char>(1u << (random() % 8)));
}

} // namespace

TEST_CASE("flipped bytes in the boot sectors and MFTs of 200 images crash and unbalance nothing") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = random_tree(42);
  const std::string good = read_text(image.build());
  const u64 mft =
      little<u64>(bytes_of(good), 0x30).value() * (little<u8>(bytes_of(good), 0x0D).value() * 512u);
  const u64 mft_bytes = std::min<u64>(200 * 1024, good.size() - mft);
  SweepOptions options;
  options.threads = 1;
  options.timeout_seconds = 20;
  u64 swept_ones = 0, damaged = 0;
  for (u64 seed = 1; seed <= kImages; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::string bytes = good;
    for (int i = 0; i < 20; ++i) flip(bytes, mft + random() % mft_bytes, random);
    if (seed % 4 == 0) flip(bytes, random() % 90, random);
    const bool all = seed % 2 == 0;
    options.scope.unallocated = options.scope.slack = options.scope.system = all;
    const Swept swept =
        run_sweep(std::make_shared<MemorySource>(std::move(bytes)), kEveryStream, options);
    require_balanced(swept);
    swept_ones += swept.result.swept_volumes;
    damaged += swept.issues.empty() ? 0 : 1;
  }
  CHECK(swept_ones > kImages / 2);
  CHECK(damaged > kImages / 4);
}
