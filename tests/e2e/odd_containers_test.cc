// SPDX-License-Identifier: Apache-2.0
// Containers that contradict themselves, their names, or what they hold: what leads to a disk is
// believed, with a word about the rest.
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/vhd_writer.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr u64 kSector = 512;

/// The volume at 1 MiB, with an MBR that leads to it, and free space behind it.
std::string partitioned(const PlantedVolume& volume) {
  return Disk(volume.bytes.size() + 2_MiB)
      .put(1_MiB, volume.bytes)
      .mbr(1_MiB / kSector, volume.bytes.size() / kSector)
      .bytes();
}

struct Odd {
  std::string name, bytes;
  u64 volume_offset;
  std::string said; ///< in an issue; empty: there is none
};

void check_swept(const Odd& odd, const std::string& format, const Truth& truth) {
  CAPTURE(odd.name, odd.volume_offset, odd.said);
  const TempDir folder;
  const std::filesystem::path path = write_text(folder / odd.name, odd.bytes);
  const Swept swept = run_sweep(path, kEveryStream);
  require_balanced(swept);
  CHECK(swept.case_record.at("image").at("format") == format);
  CHECK(swept_files(swept, odd.volume_offset) == truth);
  CHECK(locators(swept).size() == 1);
  CHECK(swept.result.incomplete == !odd.said.empty());
  const ToolResult info = run_program({"info", path.string()});
  CHECK(info.status == (odd.said.empty() ? 0 : 3));
  if (odd.said.empty()) return;
  CHECK(swept.has_issue(odd.said, "malformed"));
  CHECK_THAT(info.out, ContainsSubstring(odd.said));
}

} // namespace

TEST_CASE("a volume or disk before the footer of a VHD that is not this one is swept as raw") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const PlantedVolume one = planted_volume(1);
  const std::string disk = partitioned(one);
  const u64 size = one.bytes.size();
  const std::string said = "read as a raw image";
  check_swept({"a.raw", one.bytes + vhd_footer(kFixedVhd, size + 4_MiB), 0, said}, "raw",
              one.truth);
  check_swept({"b.vhd", one.bytes + vhd_footer(kDynamicVhd, size), 0, said}, "raw", one.truth);
  check_swept({"c.dd", disk + vhd_footer(kFixedVhd, disk.size() + 1), 1_MiB, said}, "raw",
              one.truth);
  check_swept({"d.vhd", disk, 1_MiB, said}, "raw", one.truth);
}

TEST_CASE("a dynamic VHD whose footer is lost is swept by the copy at its start") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const PlantedVolume one = planted_volume(2);
  const std::string disk = partitioned(one);
  const std::string said = "its copy at offset 0 was used";
  for (const u64 block : {512_KiB, 2_MiB}) {
    std::string vhd = dynamic_vhd(disk, {.block = block});
    check_swept({"whole.vhd", vhd, 1_MiB, ""}, "vhd", one.truth);
    std::string damaged = vhd;
    damaged[vhd.size() - 10] = 'x';
    check_swept({"damaged.vhd", damaged, 1_MiB, said}, "vhd", one.truth);
    vhd.resize(vhd.size() - kSector);
    check_swept({"cut.vhd", vhd, 1_MiB, said}, "vhd", one.truth);
  }
  const std::string bare = dynamic_vhd(one.bytes, {.reversed = true, .exact_bitmaps = true});
  check_swept({"bare.vhd", bare, 0, ""}, "vhd", one.truth);
  check_swept({"fixed.vhd", fixed_vhd(disk), 1_MiB, ""}, "vhd", one.truth);
}

TEST_CASE("a VMDK whose extent is named in another encoding is swept") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const PlantedVolume one = planted_volume(3);
  const std::string disk = partitioned(one);
  struct Name {
    const char *encoding, *named, *on_disk;
  };
  for (const Name& name :
       {Name{"windows-1252", "B\xFCro", "Büro"}, Name{"windows-1251", "\xC4\xE8\xF1\xEA", "Диск"},
        Name{"GBK", "\xB4\xC5\xC5\xCC", "磁盘"}}) {
    CAPTURE(name.on_disk);
    const TempDir folder;
    write_text(folder / fmt::format("{}-flat.vmdk", name.on_disk), disk);
    const std::filesystem::path path =
        write_text(folder / "disk.vmdk",
                   fmt::format("# Disk DescriptorFile\nversion=1\nencoding=\"{}\"\nCID=1\n"
                               "parentCID=ffffffff\ncreateType=\"monolithicFlat\"\n\n"
                               "RW {} FLAT \"{}-flat.vmdk\" 0\n",
                               name.encoding, disk.size() / kSector, name.named));
    const Swept swept = run_sweep(path, kEveryStream);
    require_balanced(swept);
    CHECK(swept_files(swept, 1_MiB) == one.truth);
    CHECK_FALSE(swept.result.incomplete);
  }
}
