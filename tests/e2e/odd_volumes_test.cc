// SPDX-License-Identifier: Apache-2.0
// Volumes that no partition table leads to, or that it describes wrongly: their files have the
// right bytes, or they are named.
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kSector = 512;

using Locators = std::vector<std::string>;

SweepOptions searching() {
  SweepOptions options;
  options.find_volumes = true;
  return options;
}

} // namespace

TEST_CASE("without a partition table, volumes are found where they begin") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const PlantedVolume one = planted_volume(1), two = planted_volume(2);
  const u64 size = one.bytes.size();
  for (const u64 offset : {1_MiB, 63 * kSector, 5_MiB, 255 * 63 * kSector}) {
    CAPTURE(offset);
    Disk disk(offset + size);
    disk.put(offset, one.bytes);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(locators(swept) == Locators{fmt::format("at{}", offset)});
    CHECK(swept_files(swept, offset) == one.truth);
    CHECK(swept.has_issue("no partition table leads to"));
  }
  SECTION("in an E01, with more behind it") {
    if (!have_tool("ewfacquire")) SKIP("no ewfacquire");
    Disk disk(size + 4_MiB);
    disk.put(1_MiB, one.bytes);
    CHECK(swept_files(run_sweep(disk.write_e01(), kEveryStream), 1_MiB) == one.truth);
  }
  SECTION("two of them don't mix") {
    Disk disk(2 * size + 3_MiB);
    disk.put(1_MiB, one.bytes).put(size + 2_MiB, two.bytes);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept_files(swept, size + 2_MiB) == two.truth);
    CHECK(locators(swept).size() == 2);
  }
  SECTION("by the backup boot sector at the end of the media") {
    Disk disk(1_MiB + size);
    disk.put(1_MiB, one.bytes).wipe(1_MiB, kSector);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept.has_issue("backup boot sector"));
  }
}

TEST_CASE("a boot sector that leads to no $MFT is named, and nothing is laid over it") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  PlantedVolume one = planted_volume(1);
  const u64 size = one.bytes.size();
  for (std::size_t at = one.bytes.find("FILE0"); at != std::string::npos;
       at = one.bytes.find("FILE0", at))
    one.bytes.replace(at, 5, "XXXXX");
  Disk disk(1_MiB + size);
  SECTION("the first one") { disk.put(1_MiB, one.bytes); }
  SECTION("its backup") { disk.put(1_MiB, one.bytes).wipe(1_MiB, kSector); }
  const Swept swept = run_sweep(disk.write(), kEveryStream);
  CHECK(swept.findings.empty());
  CHECK(swept.has_issue("no $MFT where it says"));
  CHECK(swept.has_issue("nothing was swept (no partition table"));
  CHECK(swept.result.incomplete);
}

TEST_CASE("a volume at an odd place is found by --find-volumes and by --volume-at") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const PlantedVolume one = planted_volume(1);
  const u64 offset = 3_MiB + 77 * kSector;
  Disk disk(one.bytes.size() + 8_MiB);
  disk.put(offset, one.bytes);
  CHECK(swept_files(run_sweep(disk.write(), kEveryStream), offset).empty());
  CHECK(swept_files(run_sweep(disk.write(), kEveryStream, searching()), offset) == one.truth);
  SweepOptions at;
  at.volume_at = {offset};
  CHECK(swept_files(run_sweep(disk.write(), kEveryStream, at), offset) == one.truth);
  at.volume_at = {offset + kSector};
  CHECK_THROWS_AS(run_sweep(disk.write(), kEveryStream, at), UsageError);
  disk.wipe(offset, kSector); // now only its backup leads to it
  CHECK(swept_files(run_sweep(disk.write(), kEveryStream, searching()), offset) == one.truth);
}

TEST_CASE("a partition whose entry was deleted is found in the unpartitioned space") {
  if (!can_build_ntfs_images() || !have_tool("sfdisk")) SKIP("no ntfs_writer, mkntfs or sfdisk");
  const PlantedVolume one = planted_volume(1), two = planted_volume(2);
  const u64 second = 1_MiB + one.bytes.size();
  for (const char* label : {"dos", "gpt"}) {
    CAPTURE(label);
    Disk disk(one.bytes.size() + two.bytes.size() + 4_MiB);
    disk.split(fmt::format("label: {}\nstart=2048, size={}, type={}\n", label,
                           one.bytes.size() / kSector,
                           *label == 'd' ? "7" : "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"));
    disk.put(1_MiB, one.bytes).put(second, two.bytes);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(locators(swept) == Locators{"p1", fmt::format("at{}", second)});
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept_files(swept, second) == two.truth);
  }
}

TEST_CASE("a table that counts other sectors than 512 bytes leads to its volumes") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const PlantedVolume one = planted_volume(1);
  for (const u64 unit : {512, 1024, 2048, 4096}) {
    CAPTURE(unit);
    Disk disk(one.bytes.size() + 2_MiB);
    disk.mbr(1_MiB / unit, one.bytes.size() / unit).put(1_MiB, one.bytes);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(locators(swept) == Locators{"p1"});
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept.issues.empty());
  }
}

TEST_CASE("a volume that is longer than its entry is read up to the next one") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const PlantedVolume one = planted_volume(1);
  Disk disk(one.bytes.size() + 2_MiB);
  disk.put(1_MiB, one.bytes);
  SECTION("too short") {
    disk.mbr(2048, 2048);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(locators(swept) == Locators{"p1"});
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept.has_issue("the table gives it 1048576 bytes"));
  }
  SECTION("without a size") {
    disk.mbr(2048, 0);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept.has_issue("the table gives it 0 bytes"));
  }
  SECTION("without a size, and nothing there") {
    disk.wipe(1_MiB, kSector).mbr(2048, 0);
    CHECK(run_sweep(disk.write(), kEveryStream).has_issue("the table gives it no sectors"));
  }
  SECTION("begins too early: its backup boot sector tells") {
    disk.mbr(1536, (256_KiB + one.bytes.size()) / kSector);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(locators(swept) == Locators{"p1"});
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept.has_issue("which was taken instead"));
  }
}

TEST_CASE("what is left of a GPT leads to its volumes") {
  if (!can_build_ntfs_images() || !have_tool("sfdisk")) SKIP("no ntfs_writer, mkntfs or sfdisk");
  const PlantedVolume one = planted_volume(1);
  Disk disk(one.bytes.size() + 3_MiB);
  disk.split(fmt::format("label: gpt\nstart=2048, size={}\n", one.bytes.size() / kSector))
      .put(1_MiB, one.bytes);
  const u64 backup = disk.size() - kSector;
  SECTION("the backup before padding") {
    Disk padded(disk.size() + 1_MiB);
    padded.put(0, read_text(disk.write())).wipe(kSector, 40 * kSector);
    const Swept swept = run_sweep(padded.write(), kEveryStream);
    CHECK(locators(swept) == Locators{"p1"});
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept.has_issue(fmt::format("the backup at offset {} was used", backup)));
  }
  SECTION("the entries alone") {
    disk.wipe(kSector, kSector).wipe(backup, kSector);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(locators(swept) == Locators{"p1"});
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK(swept.has_issue("which no checksum confirms"));
  }
  SECTION("nothing but the protective MBR") {
    disk.wipe(kSector, 40 * kSector).wipe(disk.size() - 40 * kSector, 40 * kSector);
    const Swept swept = run_sweep(disk.write(), kEveryStream);
    CHECK(locators(swept) == Locators{fmt::format("at{}", 1_MiB)});
    CHECK(swept_files(swept, 1_MiB) == one.truth);
  }
}

TEST_CASE("a volume whose boot sectors lack the OEM ID is swept, and that is said") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  PlantedVolume one = planted_volume(1);
  for (std::size_t at = one.bytes.find("NTFS    "); at != std::string::npos;
       at = one.bytes.find("NTFS    ", at))
    one.bytes.replace(at, 8, "MSDOS5.0");
  Disk disk(one.bytes.size() + 2_MiB);
  disk.put(1_MiB, one.bytes);
  SECTION("in a partition") { disk.mbr(2048, one.bytes.size() / kSector); }
  SECTION("without a table") {}
  const Swept swept = run_sweep(disk.write(), kEveryStream);
  CHECK(swept_files(swept, 1_MiB) == one.truth);
  CHECK(swept.has_issue("lacks \"NTFS    \""));
}
