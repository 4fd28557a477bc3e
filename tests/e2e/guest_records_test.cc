// SPDX-License-Identifier: Apache-2.0
// A volume that lost the start of its $MFT, with the disk of a virtual machine in one of its files:
// the guest's records never become files of the host.
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/mft_patch.h"
#include "support/program.h"
#include "support/sources.h"

#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

/// The volume of a virtual machine: the same folder names as the host's, other files.
std::string guest_disk() {
  NtfsImage guest({.size = 6_MiB});
  for (int i = 0; i < 60; ++i)
    guest.file(fmt::format("inetpub/guest{}.aspx", i), pattern(3000, 1000 + i));
  return read_text(guest.build());
}

PlantedVolume host(u64 fragments, bool deleted = false, u32 cluster = 4096) {
  NtfsImage image({.size = 16_MiB, .cluster = cluster});
  NtfsFile& disk = image.file("vms/guest-flat.vhd", guest_disk());
  if (fragments > 1) disk.fragmented(fragments);
  if (deleted) disk.deleted();
  for (int i = 0; i < 40; ++i)
    image.file(fmt::format("inetpub/host{}.aspx", i), pattern(3000, 2000 + i));
  return {read_text(image.build()), truth_of(image)};
}

/// Overwrites records, and $MFTMirr.
void lose_records(std::string& volume, u64 first, u64 count) {
  const u64 cluster = u64{field<u16>(volume, 0x0B)} * field<u8>(volume, 0x0D);
  const u64 mirror = field<u64>(volume, 0x38) * cluster;
  volume.replace(record_offset(volume, first), count * 1024, std::string(count * 1024, 'x'));
  volume.replace(mirror, 4096, std::string(4096, 'x'));
}

Swept sweep_bytes(std::string bytes) {
  return run_sweep(std::make_shared<MemorySource>(std::move(bytes)), kEveryStream);
}

} // namespace

TEST_CASE("records of a guest's disk are no files of the host that lost its first records") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  for (const u64 fragments : {1, 7}) {
    CAPTURE(fragments);
    PlantedVolume of = host(fragments);
    lose_records(of.bytes, 0, 4);
    const Swept swept = sweep_bytes(of.bytes);
    CHECK(swept_files(swept, 0) == of.truth);
    CHECK(swept.result.incomplete);
  }
}

TEST_CASE("nor on a volume with other clusters, of two on a disk, in another container") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  PlantedVolume one = host(1, false, 512), two = host(3, false, 16'384);
  for (PlantedVolume* volume : {&one, &two}) lose_records(volume->bytes, 0, 4);
  const u64 first = 1_MiB, second = 3_MiB + one.bytes.size();
  Disk disk(second + two.bytes.size() + 1_MiB);
  disk.put(first, one.bytes).put(second, two.bytes);
  const auto check = [&](const std::filesystem::path& image) {
    const Swept swept = run_sweep(image, kEveryStream);
    CHECK(swept_files(swept, first) == one.truth);
    CHECK(swept_files(swept, second) == two.truth);
    CHECK(swept.result.incomplete);
  };
  SECTION("without a table") { check(disk.write()); }
  SECTION("with an MBR of 4096-byte sectors") {
    check(disk.mbr(first / 4096, one.bytes.size() / 4096)
              .mbr(second / 4096, two.bytes.size() / 4096, 1)
              .write());
  }
  SECTION("with a GPT, in an E01") {
    if (!have_tool("ewfacquire")) SKIP("no ewfacquire");
    check(disk.gpt({{first / 512, (first + one.bytes.size()) / 512 - 1},
                    {second / 512, (second + two.bytes.size()) / 512 - 1}})
              .write_e01());
  }
}

TEST_CASE("nor are they if the guest's disk was deleted, or its own record is lost") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const bool deleted = GENERATE(true, false);
  CAPTURE(deleted);
  PlantedVolume of = host(1, deleted);
  lose_records(of.bytes, 0, deleted ? 4 : 66); // the guest's disk is among the first files
  const Swept swept = sweep_bytes(of.bytes);
  for (const auto& [path, sha256] : swept_files(swept, 0)) {
    CAPTURE(path);
    const std::string name = path.substr(path.rfind('/') + 1);
    CHECK(!name.starts_with("guest"));
    const bool known = std::any_of(of.truth.begin(), of.truth.end(), [&](const auto& file) {
      return file.first.ends_with("/" + name) && file.second == sha256;
    });
    CHECK(known);
  }
  CHECK(swept.result.incomplete);
  CHECK(swept.has_issue("can't be told to be this volume's"));
}

TEST_CASE("a volume of which only a guest's records are left is refused") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  PlantedVolume of = host(1);
  lose_records(of.bytes, 0, 256);
  const Swept swept = sweep_bytes(of.bytes);
  CHECK(swept.findings.empty());
  CHECK(swept.has_issue("0 MFT records were found by their signature"));
}
