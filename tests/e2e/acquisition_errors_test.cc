// SPDX-License-Identifier: Apache-2.0
// What could not be read when the media was acquired, by the record of an E01 or of ddrescue: it is
// unreadable wherever it lies, and is never scanned as the zeros that the image stores there.
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/program.h"
#include "support/run_tool.h"

#include <algorithm>

#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kFirst = TwoVolumes::kFirst;

struct Two : TwoVolumes {
  explicit Two(u64 unit = 512) { with_mbr(unit); }
  /// Where the first cluster of that file of the second volume lies.
  u64 place_of(const std::string& path) const {
    const Swept whole = run_sweep(disk.write(), kEveryStream);
    for (const nlohmann::json& f : whole.findings)
      if (f.at("path") == path && f.at("extents").at(0).at("media_offset") >= second)
        return f.at("extents").at(0).at("media_offset");
    throw Error("no such file: " + path);
  }
};

struct Bad {
  u64 offset, length;
  char status = '-';
};

std::string map_of(const std::vector<Bad>& ranges, u64 size) {
  std::string map = "# Mapfile. Created by GNU ddrescue version 1.27\n0x0 + 1\n";
  u64 at = 0;
  for (const Bad& bad : ranges) {
    if (bad.offset > at) map += fmt::format("0x{:X} 0x{:X} +\n", at, bad.offset - at);
    map += fmt::format("0x{:X} 0x{:X} {}\n", bad.offset, bad.length, bad.status);
    at = bad.offset + bad.length;
  }
  return map + fmt::format("0x{:X} 0x{:X} +\n", at, size - at);
}

Swept sweep_with_map(const std::filesystem::path& image, u64 size, const std::vector<Bad>& bad) {
  const TempDir folder;
  SweepOptions options;
  options.ddrescue_map = write_text(folder / "rescue.map", map_of(bad, size));
  Swept swept = run_sweep(image, kEveryStream, options);
  require_balanced(swept);
  CHECK(swept.result.incomplete);
  CHECK(swept.has_issue("could not be read when it was acquired", "unreadable"));
  const nlohmann::json& listed = swept.case_record.at("image").at("acquisition_errors");
  REQUIRE(listed.size() == bad.size());
  for (std::size_t i = 0; i < bad.size(); ++i) {
    CHECK(listed[i].at("offset") == bad[i].offset);
    CHECK(listed[i].at("length") == bad[i].length);
  }
  return swept;
}

u64 unreadable(const Swept& swept) {
  u64 sum = 0;
  for (const nlohmann::json& c : swept.coverage) sum += c.at("bytes").at("unreadable").get<u64>();
  return sum;
}

/// Only this file of the second volume lacks something.
void check_one_file(const Swept& swept, const Two& of, const std::string& path, u64 bytes) {
  CHECK(unreadable(swept) == bytes);
  CHECK(swept_files(swept, kFirst) == of.one.truth);
  Truth others = swept_files(swept, of.second), expected = of.two.truth;
  CHECK(others[path] != expected[path]); // its gap was not scanned as content
  others.erase(path);
  expected.erase(path);
  CHECK(others == expected);
  for (const nlohmann::json& issue : swept.issues)
    if (issue.at("path") == path) CHECK(issue.at("kind") == "unreadable");
}

} // namespace

TEST_CASE("a range that ddrescue could not read is unreadable in whole and split images") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Two of;
  const std::string path = "/inetpub/page3.aspx";
  const std::vector<Bad> bad{{of.place_of(path) + 512, 1024, GENERATE('-', '?', '*', '/')}};
  const u64 size = of.disk.size();
  check_one_file(sweep_with_map(of.disk.write(), size, bad), of, path, 1024);
  if (bad[0].status == '-')
    check_one_file(sweep_with_map(of.disk.write_split(1_MiB), size, bad), of, path, 1024);
}

TEST_CASE("what ddrescue could not read of tables and boot sectors is named, and done without") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u64 unit = GENERATE(512, 4096);
  const Two of(unit);
  const Bad bad = GENERATE(Bad{0, 512}, Bad{0, 1_MiB, '?'}, Bad{kFirst, 512}, Bad{kFirst, 4096});
  CAPTURE(unit, bad.offset, bad.length);
  const Swept swept = sweep_with_map(of.disk.write(), of.disk.size(), {bad});
  CHECK(swept_files(swept, kFirst) == of.one.truth);
  CHECK(swept_files(swept, of.second) == of.two.truth);
}

TEST_CASE("what ddrescue could not read of $MFT costs those records and no others") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Two of;
  const u64 mft = of.second + of.two.bytes.find("FILE0");
  SECTION("the first records, of which there are copies") {
    const Swept swept = sweep_with_map(of.disk.write(), of.disk.size(), {{mft, 2048}});
    CHECK(swept_files(swept, of.second) == of.two.truth);
  }
  SECTION("a file's") {
    const Swept swept = sweep_with_map(of.disk.write(), of.disk.size(), {{mft + 66 * 1024, 512}});
    CHECK(swept_files(swept, of.second).size() == of.two.truth.size() - 1);
    CHECK(swept.has_issue("MFT records 66", "unreadable"));
  }
  SECTION("the whole second volume: the first is there") {
    const Swept swept =
        sweep_with_map(of.disk.write(), of.disk.size(), {{of.second, of.two.bytes.size(), '?'}});
    CHECK(swept_files(swept, kFirst) == of.one.truth);
    CHECK(swept_files(swept, of.second).empty());
  }
}

TEST_CASE("the acquisition errors of an E01 are unreadable, in one segment or many") {
  if (!can_build_ntfs_images() || !have_tool("ewfacquire"))
    SKIP("no ntfs_writer, mkntfs or ewfacquire");
  const u32 sector = GENERATE(512U, 4096U);
  const bool split = GENERATE(false, true);
  CAPTURE(sector, split);
  const Two of(sector);
  const std::string path = "/inetpub/page1.aspx";
  const u64 place = of.place_of(path);
  REQUIRE(place % 4096 == 0);
  const std::vector<std::string> options{"-P", std::to_string(sector), "-c", "none",
                                         "-S", split ? "3MiB" : "1GiB"};
  const std::filesystem::path image = of.disk.write_e01(options);
  std::filesystem::path last = image;
  for (int i = 2; std::filesystem::exists(image.parent_path() / fmt::format("disk.E{:02}", i)); ++i)
    last = image.parent_path() / fmt::format("disk.E{:02}", i);
  CHECK((last != image) == split);
  const u64 first = place / sector + 1;
  add_acquisition_errors(last, {{static_cast<u32>(first), 1}, {static_cast<u32>(first + 1), 1}});
  const Swept swept = run_sweep(image, kEveryStream);
  require_balanced(swept);
  check_one_file(swept, of, path, std::min<u64>(2 * sector, 12'001 - sector)); // to its end
  const nlohmann::json& listed = swept.case_record.at("image").at("acquisition_errors");
  REQUIRE(listed.size() == 1); // they adjoin
  CHECK(listed[0].at("offset") == first * sector);
  CHECK(listed[0].at("length") == 2 * u64{sector});
}
