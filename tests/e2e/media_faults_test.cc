// SPDX-License-Identifier: Apache-2.0
// Media that fails: the n-th read, for every n, and ranges that can't be read.
#include "base/endian.h"
#include "base/file.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/sources.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

NtfsImage small_image() {
  NtfsImage image({.size = 4_MiB});
  image.file("a.txt", "marker in a resident file");
  image.file("b.bin", pattern(200_KiB)).stream("ads", "marker in a stream");
  image.file("c.log", std::string(70000, 'c') + "marker").compressed();
  image.file("d.bin", pattern(50_KiB)).fragmented(4);
  image.file("gone.txt", "marker that was deleted").deleted();
  return image;
}

u64 total_unreadable(const Swept& swept) {
  u64 sum = 0;
  for (const nlohmann::json& c : swept.coverage) sum += c.at("bytes").at("unreadable").get<u64>();
  return sum;
}

} // namespace

TEST_CASE("whichever single read fails, nothing crashes and the account says what is missing") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = small_image();
  const SourcePtr media = std::make_shared<MemorySource>(read_text(image.build()));
  SweepOptions options;
  options.threads = 0;
  const Swept clean = run_sweep(media, kEveryStream, options);
  REQUIRE(clean.issues.empty());
  bool reached_the_end = false;
  u64 with_gaps = 0;
  for (u64 n = 1; n < 5000 && !reached_the_end; ++n) {
    CAPTURE(n);
    const auto faulty = std::make_shared<FaultySource>(media);
    faulty->fail_read(n);
    const Swept swept = run_sweep(faulty, kEveryStream, options);
    require_balanced(swept);
    reached_the_end = faulty->reads() < n;
    if (reached_the_end) {
      CHECK(swept.manifest == clean.manifest);
      break;
    }
    if (swept.issues.empty()) { // the second copy of what failed was read, or it wasn't needed
      CHECK(swept.findings.size() == clean.findings.size());
      continue;
    }
    CHECK(swept.result.incomplete);
    with_gaps += total_unreadable(swept) > 0 ? 1 : 0;
  }
  CHECK(reached_the_end);
  CHECK(with_gaps > 5);
}

TEST_CASE("an unreadable sector costs its own bytes and no more") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = small_image();
  const SourcePtr media = std::make_shared<MemorySource>(read_text(image.build()));
  const Swept clean = run_sweep(media, kEveryStream);
  const nlohmann::json whole = clean.finding("/b.bin");
  REQUIRE(!whole.is_null());
  const auto faulty = std::make_shared<FaultySource>(media);
  faulty->unreadable(whole.at("extents").at(0).at("media_offset").get<u64>() + 1024, 512);
  const Swept swept = run_sweep(faulty, kEveryStream);
  require_balanced(swept);
  CHECK(total_unreadable(swept) == 512);
  REQUIRE(swept.issues.size() == 1);
  CHECK(swept.issues.front().at("kind") == "unreadable");
  CHECK(swept.issues.front().at("bytes") == 512);
  CHECK(swept.findings.size() == clean.findings.size());
}

TEST_CASE("a failing $MFT record 0 is read from its mirror, and this is reported") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = small_image();
  std::string bytes = read_text(image.build());
  const u64 mft = little<u64>(bytes_of(bytes), 0x30).value() * 4096;
  bytes.replace(mft, 4, "XXXX");
  const Swept swept = run_sweep(std::make_shared<MemorySource>(bytes), kEveryStream);
  CHECK(!swept.finding("/a.txt").is_null());
  CHECK(swept.issues_of_kind("malformed") >= 1);
  CHECK(swept.result.incomplete);
}

TEST_CASE("an image that ends in the middle of its MFT yields what can be read") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  for (int i = 0; i < 100; ++i) image.file("f" + std::to_string(i), "marker in a resident file");
  std::string bytes = read_text(image.build());
  const u64 mft = little<u64>(bytes_of(bytes), 0x30).value() * 4096;
  const Swept clean = run_sweep(std::make_shared<MemorySource>(bytes), kEveryStream);
  bytes.resize(mft + 100 * 1024 + 300);
  const auto cut = std::make_shared<SliceSource>(std::make_shared<MemorySource>(bytes), 0, 16_MiB);
  const Swept swept = run_sweep(SourcePtr(cut), kEveryStream);
  require_balanced(swept);
  CHECK(swept.result.incomplete);
  CHECK(swept.findings.size() > 20);
  CHECK(swept.findings.size() < clean.findings.size());
  CHECK(swept.issues_of_kind("unreadable") >= 1);
}
