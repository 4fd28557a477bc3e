// SPDX-License-Identifier: Apache-2.0
// Volumes that no partition table leads to, or that it describes wrongly: their files have the
// right bytes, or they are named.
#include "base/file.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

using Truth = std::map<std::string, std::string>; // path -> SHA-256

constexpr u64 kSector = 512;

/// A volume with a few files whose content names the volume.
struct Planted {
  std::string bytes;
  Truth truth;
};

Planted planted(u64 seed, u64 size = 8_MiB) {
  NtfsImage image({.size = size});
  for (u64 i = 0; i < 5; ++i)
    image.file(fmt::format("inetpub/page{}.aspx", i), pattern(12'000 + i, seed * 100 + i));
  image.file("small.txt", fmt::format("volume {}", seed));
  Planted volume;
  volume.bytes = read_text(image.build());
  for (const WrittenStream& stream : image.contents())
    if (stream.stream.empty() && stream.size > 0) volume.truth["/" + stream.path] = stream.sha256();
  return volume;
}

/// A disk image under construction.
class Disk {
public:
  explicit Disk(u64 size) : bytes_(size, '\0') {}
  Disk& put(u64 offset, const std::string& bytes) {
    bytes_.replace(offset, bytes.size(), bytes);
    return *this;
  }
  Disk& wipe(u64 offset, u64 length) { return put(offset, std::string(length, '\0')); }
  /// Partitions the disk. The script is for sfdisk.
  Disk& split(const std::string& script) {
    const auto path = write();
    must_run({"sfdisk", "-q", path.string()}, script);
    bytes_ = read_text(path);
    return *this;
  }
  /// The first entry of an MBR. `start` and `count` are what it says, in whatever unit.
  Disk& mbr(u64 start, u64 count) {
    std::string entry("\x00\x20\x21\x00\x07\xFE\xFF\xFF", 8);
    for (const u64 value : {start, count})
      for (int i = 0; i < 4; ++i) entry += static_cast<char>(value >> (8 * i));
    return put(446, entry).put(510, "\x55\xAA");
  }
  std::filesystem::path write() const { return write_text(folder_ / "disk.raw", bytes_); }
  std::filesystem::path write_e01() const {
    const auto raw = write();
    must_run(
        {"ewfacquire", "-u", "-q", "-S", "1GiB", "-t", (folder_ / "disk").string(), raw.string()});
    return folder_ / "disk.E01";
  }
  u64 size() const { return bytes_.size(); }

private:
  TempDir folder_;
  std::string bytes_;
};

/// The files of the volume at that offset, as the manifest has them.
Truth swept_files(const Swept& swept, u64 offset) {
  Truth files;
  for (const nlohmann::json& volume : swept.volumes) {
    if (volume.at("offset") != offset || volume.at("status") != "swept") continue;
    for (const nlohmann::json& f : swept.findings)
      if (f.at("volume") == volume.at("id") && f.at("stream") == "" && f.at("kind") == "data" &&
          f.at("allocated") == true && f.at("record").get<u64>() >= 24)
        files[f.at("path")] = f.at("hashes").at("sha256");
  }
  return files;
}

std::vector<std::string> locators(const Swept& swept) {
  std::vector<std::string> all;
  for (const nlohmann::json& volume : swept.volumes) all.push_back(volume.at("locator"));
  return all;
}

using Locators = std::vector<std::string>;

SweepOptions searching() {
  SweepOptions options;
  options.find_volumes = true;
  return options;
}

} // namespace

TEST_CASE("without a partition table, volumes are found where they begin") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Planted one = planted(1), two = planted(2);
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
    CHECK(swept.volumes.size() == 2);
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
  Planted one = planted(1);
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
  const Planted one = planted(1);
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
  const Planted one = planted(1), two = planted(2);
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
  const Planted one = planted(1);
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
  const Planted one = planted(1);
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
  const Planted one = planted(1);
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
  Planted one = planted(1);
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

TEST_CASE("the odd disks of the shared cases have the right files at the right place") {
  const auto images = shared_images_folder();
  if (!images) SKIP("no shared cases");
  const auto folder = images->parent_path() / "cases" / "disks";
  if (!std::filesystem::exists(folder) || !have_tool("xz")) SKIP("no shared cases, or no xz");
  struct Case {
    const char *name, *truth;
    u64 offset;
  };
  const nlohmann::json truths = nlohmann::json::parse(read_text(folder / "truth.json"));
  for (const Case& of :
       {Case{"01-table-wiped.raw", "base", 1_MiB}, Case{"03-mbr-4096.raw", "s4k", 1_MiB},
        Case{"04-entry-short.raw", "base", 1_MiB},
        Case{"09-gpt-backup-not-last.raw", "base", 1_MiB}, Case{"16-oem-id.raw", "base", 0}}) {
    CAPTURE(of.name);
    const TempDir work;
    const auto disk = write_text(work / of.name,
                                 must_run({"xz", "-dc", folder / (std::string(of.name) + ".xz")}));
    const Swept swept = run_sweep(disk, kEveryStream);
    const Truth files = swept_files(swept, of.offset);
    for (const auto& [path, known] : truths.at(of.truth).items()) {
      CAPTURE(path);
      REQUIRE(files.contains(path));
      CHECK(files.at(path) == known.at(1));
    }
    CHECK(swept.volumes.size() == 1);
  }
}
