// SPDX-License-Identifier: Apache-2.0
// `locate` shows the bytes of its finding with The Sleuth Kit alone, whatever is wrong with the
// volume, or the finding says why no command does.
#include "base/file.h"
#include "support/catch.h"
#include "support/locate_check.h"
#include "support/mft_patch.h"
#include "support/mft_split.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/random_tree.h"
#include "support/shared_images.h"
#include "support/tsk_oracle.h"

#include <array>
#include <functional>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

/// Files in every form that content can have on a volume. Windows compresses up to clusters of 4
/// KiB.
std::string varied(u32 cluster) {
  NtfsImage image({.size = cluster > 65'536 ? 96_MiB : 32_MiB, .cluster = cluster});
  image.file("resident.aspx", "a few bytes");
  image.file("two_sectors.txt", pattern(600, 9));
  image.file("long.aspx", pattern(300'001, 1));
  image.file("pieces.aspx", pattern(10 * u64{cluster} + 77, 2)).fragmented(6);
  image.file("short.aspx", pattern(30'000, 3)).initialized(10'000);
  image.file("host.txt", "nothing").stream("hidden.aspx", pattern(3000, 4));
  image.sparse_file("sparse.bin", 2_MiB, {{1_MiB, pattern(70'000, 5)}});
  image.file("many.txt", "x").many_streams(14);
  image.file("gone.aspx", pattern(20'000, 6)).deleted();
  image.file("COM1", "x");
  if (cluster <= 4096)
    image.file("compressed.aspx", std::string(150'000, 'z') + "end").compressed();
  return read_text(image.build());
}

/// Sweeps the bytes, and checks what each finding's command shows.
struct Checked {
  TempDir folder;
  std::filesystem::path path;
  Swept swept;
  LocateCheck locates;

  explicit Checked(const std::string& bytes, const std::string& name = "volume.raw",
                   const SweepOptions& options = {})
      : path(write_text(folder / name, bytes)), swept(run_sweep(path, kEveryStream, options)),
        locates(check_locates(path, swept)) {}
};

std::string command_for(const Swept& swept, const std::string& path) {
  const nlohmann::json finding = swept.finding(path);
  REQUIRE(!finding.is_null());
  return finding.at("locate").is_null() ? std::string() : finding.at("locate").get<std::string>();
}

struct Damage {
  const char* what;
  std::function<void(std::string& volume)> damage;
};

void wipe(std::string& bytes, u64 offset, u64 length) {
  bytes.replace(offset, length, length, '\0');
}

/// What libtsk 4.11.1 opens no volume with.
std::vector<Damage> damages() {
  return {
      {"lost $Bitmap", [](std::string& v) { wipe(v, record_offset(v, 6), 1024); }},
      {"$Bitmap outside of the volume",
       [](std::string& v) {
         const u64 attribute = attribute_offset(v, 6, 0x80).value();
         const u64 runs = run_list_offset(v, attribute);
         const u64 count = field<u8>(v, runs) & 15;
         set_field(v, runs + 1 + count, 0x7F, field<u8>(v, runs) >> 4 == 1 ? 1 : 2);
         set_field(v, runs + count + (field<u8>(v, runs) >> 4), 0x7F, 1);
       }},
      {"lost boot sector", [](std::string& v) { wipe(v, 0, 512); }},
      {"a boot sector that leads nowhere", [](std::string& v) { set_field(v, 0x30, 77, 8); }},
      {"lost $Volume", [](std::string& v) { wipe(v, record_offset(v, 3), 1024); }},
  };
}

} // namespace

// icat decompresses no unit of which a cluster was overwritten.
TEST_CASE("each `locate` command, run in the image's folder, shows the bytes of its finding") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  NtfsImage image = random_tree(11);
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kEveryStream);
  const LocateCheck check = check_locates(path, swept);
  CHECK(check.wrong == std::vector<std::string>{});
  CHECK(check.compared > 20);
  CHECK(check.absent < check.compared / 2);
}

TEST_CASE("`locate` does without libtsk's NTFS where that opens no such volume") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  const std::string whole = varied(4096);
  for (const Damage& damage : damages()) {
    CAPTURE(damage.what);
    std::string bytes = whole;
    damage.damage(bytes);
    const Checked checked(bytes);
    CHECK(checked.locates.wrong == std::vector<std::string>{});
    CHECK(checked.locates.compared > 20);
    CHECK(command_for(checked.swept, "/pieces.aspx").starts_with("img_cat -i raw -s "));
    CHECK(command_for(checked.swept, "/short.aspx").ends_with("; head -c 20000 /dev/zero"));
    CHECK(checked.locates.absent == 1);
    CHECK(checked.swept.finding("/compressed.aspx")
              .at("no_locate")
              .get<std::string>()
              .starts_with("only icat decompresses its clusters, and it can't be used: "));
  }
}

TEST_CASE("`locate` is made of pieces where clusters are larger than libtsk takes") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  for (const u32 cluster : {65'536U, 131'072U}) {
    CAPTURE(cluster);
    const Checked checked(varied(cluster));
    CHECK(checked.locates.wrong == std::vector<std::string>{});
    CHECK(checked.locates.absent == 0);
    CHECK(checked.locates.compared > 20);
    CHECK(command_for(checked.swept, "/long.aspx")
              .starts_with(cluster > 65'536 ? "img_cat" : "icat"));
  }
}

TEST_CASE("`locate` is right in a volume that no table leads to, at any sector") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  const Checked checked(std::string(63 * 512, '\0') + varied(4096));
  CHECK(checked.locates.wrong == std::vector<std::string>{});
  CHECK(checked.locates.absent == 0);
  CHECK(command_for(checked.swept, "/long.aspx").starts_with("icat -i raw -f ntfs -o 63 "));
}

TEST_CASE("`locate` is right whatever the order of $MFT's attribute list") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  std::string bytes = varied(4096);
  split_mft(bytes, std::array<u64, 2>{8, 12});
  const u64 list = attribute_offset(bytes, 0, 0x20).value() + 0x18;
  const auto entry = [&](const std::string& type, u64 number) {
    u64 at = list;
    for (; number > 0 || bytes.substr(at, 1) != type; at += 0x20)
      if (bytes.substr(at, 1) == type) --number;
    return at;
  };
  const u64 second = entry("\x80", 1), third = entry("\x80", 2);
  const std::string text = bytes.substr(second, 0x20);
  bytes.replace(second, 0x20, bytes.substr(third, 0x20)).replace(third, 0x20, text);
  const Checked checked(bytes);
  CHECK(checked.locates.wrong == std::vector<std::string>{});
  CHECK(checked.locates.compared > 20);
}

TEST_CASE("a name that a shell could take for something else is quoted") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  NtfsImage image({.size = 8_MiB});
  image.file("long.aspx", pattern(20'000, 1));
  const std::string bytes = read_text(image.build());
  for (const char* name : {"B\xFCro 1'2.raw", "-i raw.raw", "a\nb.raw", "$HOME `id`.raw",
                           "\xE2\x82\xAC.raw", "back\\slash\xFF\x31.raw"}) {
    CAPTURE(name);
    const Checked checked(bytes, name);
    CHECK(checked.locates.wrong == std::vector<std::string>{});
    CHECK(checked.locates.compared > 0);
  }
}

TEST_CASE("what could not be read is zeros in what `locate` shows, as in what was scanned") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  const std::string bytes = varied(4096);
  const TempDir folder;
  const nlohmann::json extent = Checked(bytes).swept.finding("/long.aspx").at("extents").at(0);
  const u64 at = extent.at("media_offset").get<u64>();
  SweepOptions options;
  options.ddrescue_map = write_text(
      folder / "map", fmt::format("0x0 + 1\n0x0 0x{0:X} +\n0x{0:X} 0x400 -\n0x{1:X} 0x{2:X} +\n",
                                  at + 512, at + 1536, bytes.size() - at - 1536));
  const Checked mapped(bytes, "volume.raw", options);
  CHECK(mapped.locates.wrong == std::vector<std::string>{});
  CHECK(command_for(mapped.swept, "/long.aspx").find("; head -c 1024 /dev/zero; ") !=
        std::string::npos);

  const Checked cut(bytes.substr(0, at + 100'000));
  CHECK(cut.locates.wrong == std::vector<std::string>{});
  CHECK(cut.locates.compared > 9);
}

TEST_CASE("offsets of `locate` count the sectors that The Sleuth Kit takes the image to have") {
  if (!can_build_ntfs_images() || !Tsk::available() || !have_tool("ewfacquire"))
    SKIP("no ntfs_writer, mkntfs, sleuthkit or ewfacquire");
  const TempDir folder;
  const auto raw = write_text(folder / "disk.raw", std::string(1_MiB, '\0') + varied(4096));
  must_run(
      {"ewfacquire", "-u", "-q", "-P", "4096", "-t", (folder / "disk").string(), raw.string()});
  const std::filesystem::path image = folder / "disk.E01";
  const LocateCheck check = check_locates(image, run_sweep(image, kEveryStream));
  CHECK(check.wrong == std::vector<std::string>{});
  CHECK(check.compared > 20);
}

TEST_CASE("`locate` is right on the odd disks of the shared cases") {
  const std::optional<std::filesystem::path> folder = shared_folder("cases/disks");
  if (!folder || !have_tool("xz") || !Tsk::available()) SKIP("no shared cases, xz or sleuthkit");
  u64 disks = 0;
  for (const auto& file : std::filesystem::directory_iterator(*folder)) {
    const std::string name = file.path().filename();
    if (!name.ends_with(".xz") && !name.ends_with(".E01")) continue;
    CAPTURE(name);
    const TempDir work;
    std::filesystem::path disk = work / file.path().filename();
    std::filesystem::copy_file(file.path(), disk);
    if (name.ends_with(".xz"))
      disk = write_text(work / file.path().stem(), must_run({"xz", "-dc", disk.string()}));
    SweepOptions options;
    options.scope.system = true;
    try {
      const LocateCheck check =
          check_locates(disk, run_sweep(disk, kEveryStream, options), kSanitized ? 10 : 100);
      CHECK(check.wrong == std::vector<std::string>{});
      CHECK((check.compared > 4) != (check.absent > 20)); // without the container, there is none
      ++disks;
    } catch (const FormatError&) { // not opened: no findings
    }
  }
  CHECK(disks >= 10);
}
