// SPDX-License-Identifier: Apache-2.0
// Random damage: no crash, no hang, and the byte account still adds up.
#include "base/endian.h"
#include "image/image.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/image_bytes.h"
#include "support/random_tree.h"
#include "support/run_sweep.h"
#include "support/sources.h"

#include <filesystem>
#include <random>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const u64 kImages = rounds(200, 4);

void flip_one_bit(PatchedSource& of, u64 offset, std::mt19937_64& random) {
  of.flip(offset, std::byte{1} << (random() % 8));
}

} // namespace

TEST_CASE("flipped bytes in the boot sectors and MFTs of 200 images crash and unbalance nothing") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = random_tree(42);
  const std::filesystem::path path = image.build();
  const std::string boot = read_at(path, 0, 512);
  const u64 mft =
      little<u64>(bytes_of(boot), 0x30).value() * (little<u8>(bytes_of(boot), 0x0D).value() * 512u);
  const SourcePtr good = open_image({path}).media;
  const u64 mft_bytes = std::min<u64>(200 * 1024, good->size() - mft);
  SweepOptions options;
  options.threads = 1;
  options.timeout_seconds = 20;
  u64 swept_ones = 0, damaged = 0;
  for (u64 seed = 1; seed <= kImages; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto bad = std::make_shared<PatchedSource>(good);
    for (int i = 0; i < 20; ++i) flip_one_bit(*bad, mft + random() % mft_bytes, random);
    if (seed % 4 == 0) flip_one_bit(*bad, random() % 90, random);
    const bool all = seed % 2 == 0;
    options.scope.unallocated = options.scope.slack = options.scope.system = all;
    const Swept swept = run_sweep(bad, kEveryStream, options);
    require_balanced(swept);
    swept_ones += swept.result.swept_volumes;
    damaged += swept.issues.empty() ? 0 : 1;
  }
  CHECK(swept_ones > kImages / 2);
  CHECK(damaged > kImages / 4);
}
