// SPDX-License-Identifier: Apache-2.0
// `locate` on whole disks: whatever the table counts and the container is, the command gives the
// bytes of the right volume.
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/locate_check.h"
#include "support/program.h"
#include "support/run_tool.h"
#include "support/tsk_oracle.h"
#include "support/vhd_writer.h"

#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kFirst = TwoVolumes::kFirst;

void check(const std::filesystem::path& image, u64 least = 12) {
  const LocateCheck check = check_locates(image, run_sweep(image, kEveryStream));
  CHECK(check.wrong == std::vector<std::string>{});
  CHECK(check.compared >= least);
  CHECK(check.absent == 0);
}

} // namespace

TEST_CASE("`locate` finds both volumes of a disk whatever its table counts") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  const u64 unit = GENERATE(512, 2048, 4096);
  CAPTURE(unit);
  TwoVolumes of;
  SECTION("MBR") { check(of.with_mbr(unit).write()); }
  SECTION("GPT") {
    check(of.disk
              .gpt({{kFirst / unit, of.second / unit - 1},
                    {of.second / unit, (of.second + of.two.bytes.size()) / unit - 1}},
                   {.unit = unit})
              .write());
  }
}

TEST_CASE("`locate` finds volumes that no table leads to, or only in part") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  TwoVolumes of;
  SECTION("no table") { check(of.disk.write()); }
  SECTION("no boot sector") { check(of.with_mbr().wipe(kFirst, 512).write()); }
  SECTION("neither") { check(of.disk.wipe(kFirst, 512).wipe(of.second, 512).write()); }
  SECTION("entries of no sectors") {
    check(of.disk.mbr(kFirst / 512, 0).mbr(of.second / 512, 0, 1).write());
  }
}

TEST_CASE("`locate` finds the bytes in every container, or says why there is no command") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  TwoVolumes of;
  const TempDir folder;
  const std::string disk = of.with_mbr().bytes();
  SECTION("split raw") { check(of.disk.write_split(1_MiB + 512)); }
  SECTION("a name that looks like a segment's") { check(write_text(folder / "image.003", disk)); }
  SECTION("fixed VHD") { check(write_text(folder / "a.vhd", fixed_vhd(disk))); }
  SECTION("a footer of another VHD") {
    check(write_text(folder / "a.raw", disk + vhd_footer(kDynamicVhd, 4_MiB)));
  }
  SECTION("dynamic VHD, and what libvhdi refuses") {
    const std::string vhd = dynamic_vhd(disk);
    check(write_text(folder / "a.vhd", vhd));
    const auto cut = write_text(folder / "b.vhd", vhd.substr(0, vhd.size() - 512));
    const Swept swept = run_sweep(cut, kEveryStream);
    CHECK(check_locates(cut, swept).wrong == std::vector<std::string>{});
    for (const nlohmann::json& f : swept.findings)
      CHECK((!f.at("locate").is_null() || !f.at("no_locate").get<std::string>().empty()));
  }
  SECTION("E01 with acquisition errors, in segments") {
    if (!have_tool("ewfacquire")) SKIP("no ewfacquire");
    const auto first = of.disk.write_e01({"-c", "none", "-S", "3MiB"});
    const u64 place = disk.find(of.two.bytes.substr(of.two.bytes.find("FILE0"), 1024)) / 512;
    const auto last = first.parent_path() / "disk.E03";
    REQUIRE(std::filesystem::exists(last));
    REQUIRE(!std::filesystem::exists(first.parent_path() / "disk.E04"));
    add_acquisition_errors(last, {{static_cast<u32>(place + 66 * 2), 1}});
    check(first, 9);
  }
}
