// SPDX-License-Identifier: Apache-2.0
// Volumes whose own structures are damaged: what was planted is still found, and the case says how.
#include "base/file.h"
#include "support/catch.h"
#include "support/mft_patch.h"
#include "support/mft_split.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/tsk_oracle.h"

#include <array>

#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kMarkerRule =
    "rule marker { strings: $m = /coldsweep-marker-[a-z0-9]+/ condition: $m }";
constexpr int kFiles = 120;

/// Small files in their records, and large ones in clusters, each with a marker of its own.
NtfsImage planted() {
  NtfsImage image({.size = 32_MiB});
  for (int i = 0; i < kFiles; ++i)
    image.file(fmt::format("web/page{}.aspx", i),
               fmt::format("coldsweep-marker-p{}", i) + std::string(i % 3 == 0 ? 9000 : 20, '.'));
  return image;
}

void zero(std::string& bytes, u64 offset, u64 length) {
  bytes.replace(offset, length, length, '\0');
}

u64 mirror_offset(const std::string& volume) {
  return field<u64>(volume, 0x38) * field<u16>(volume, 0x0B) * field<u8>(volume, 0x0D);
}

struct Found {
  int all = 0, recovered = 0, with_path = 0;
};

/// Each marker is found once as a file's content, and is in the media where the finding says.
Found check_planted(const Swept& swept, const std::string& volume) {
  Found found;
  for (const nlohmann::json& f : swept.findings) {
    if (f.at("kind") != "data") continue;
    ++found.all;
    found.recovered += f.at("recovered").get<bool>() ? 1 : 0;
    found.with_path += f.at("path").get<std::string>().starts_with("/web/page") ? 1 : 0;
    for (const nlohmann::json& match : f.at("matches")) {
      if (match.at("media_offset").is_null()) continue;
      CHECK(volume.substr(match.at("media_offset").get<u64>(), 17) == "coldsweep-marker-");
    }
  }
  return found;
}

} // namespace

TEST_CASE("a volume without its boot sector is swept with the backup in its last sector") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  zero(bytes, 0, 512);
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  const Found found = check_planted(swept, bytes);
  CHECK(found.all == kFiles);
  CHECK(found.with_path == kFiles);
  CHECK(swept.has_issue("the backup boot sector at offset"));
  CHECK(swept.volumes.at(0).at("note").get<std::string>().find("backup boot sector") !=
        std::string::npos);
  CHECK(swept.result.incomplete);
  if (Tsk::available()) { // which can't open it: the bytes are shown from the media
    const nlohmann::json f = swept.finding("/web/page0.aspx");
    const ToolResult shown = run_locate(path, f);
    CHECK(sha256_of(shown.out) == f.at("hashes").at("sha256").get<std::string>());
  }
  const ToolResult info = run_tool({kProgram, "info", path.string()});
  CHECK(info.out.find("backup boot sector") != std::string::npos);
}

TEST_CASE("a boot sector that points nowhere is replaced by its backup") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  set_field(bytes, 0x30, 77, 8); // $MFT isn't there
  set_field(bytes, 0x38, 78, 8); // nor its mirror
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  CHECK(check_planted(swept, bytes).all == kFiles);
  CHECK(swept.has_issue("the backup boot sector at offset"));
}

TEST_CASE("without the first sixteen records every file is found, through the mirror of $MFT") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  zero(bytes, record_offset(bytes, 0), 16 * 1024);
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  const Found found = check_planted(swept, bytes);
  CHECK(found.all == kFiles);
  CHECK(found.with_path == kFiles); // the root has no record any more, only a number
  CHECK(swept.has_issue("$MFTMirr"));
  CHECK(swept.has_issue("$Bitmap"));
}

TEST_CASE("without record 0 and its mirror every record is found by its signature") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  zero(bytes, record_offset(bytes, 0), 1024);
  zero(bytes, mirror_offset(bytes), 4096);
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  const Found found = check_planted(swept, bytes);
  CHECK(found.all == kFiles);
  CHECK(found.recovered == kFiles);
  CHECK(found.with_path == kFiles);
  CHECK(swept.has_issue("found by their signature"));
  CHECK(swept.finding("/web/page1.aspx").at("record") == image.written("web/page1.aspx").record);
}

TEST_CASE("where $MFT's runs are cut off, the records after the cut are found by their signature") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  const u64 runs = run_list_offset(bytes, attribute_offset(bytes, 0, 0x80).value());
  REQUIRE((field<u8>(bytes, runs) & 0x0F) == 1); // its length has one byte
  set_field(bytes, runs + 1, 20, 1);             // 20 clusters are 80 records
  const u64 second = runs + 2 + (field<u8>(bytes, runs) >> 4);
  set_field(bytes, second, 0, 1); // and there are no more
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  const Found found = check_planted(swept, bytes);
  CHECK(found.all == kFiles);
  CHECK(found.recovered > kFiles / 4);
  CHECK(found.recovered < kFiles);
  CHECK(found.with_path == kFiles);
  CHECK(swept.has_issue("found by their signature"));
}

TEST_CASE("a split $MFT is followed through its attribute list, as in The Sleuth Kit") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  split_mft(bytes, std::array<u64, 2>{8, 20});
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  const Found found = check_planted(swept, bytes);
  CHECK(found.all == kFiles);
  CHECK(found.recovered == 0);
  CHECK(found.with_path == kFiles);
  CHECK(swept.issues.empty());
  if (!Tsk::available()) return;
  for (const u64 file : {0, kFiles - 1}) {
    const nlohmann::json f = swept.finding(fmt::format("/web/page{}.aspx", file));
    CHECK(sha256_of(run_locate(path, f).out) == f.at("hashes").at("sha256").get<std::string>());
  }
}

TEST_CASE(
    "records that a cut attribute list of $MFT no longer names are found by their signature") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  split_mft(bytes, std::array<u64, 2>{8, 20});
  // Three entries for record 0, and one for each of the two other pieces.
  const auto [keep, pieces] =
      GENERATE(table<u64, int>({{5 * 32 - 7, 2}, {4 * 32, 2}, {100, 1}, {0, 1}}));
  CAPTURE(keep);
  cut_mft_list(bytes, keep);
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  const Found found = check_planted(swept, bytes);
  CHECK(found.all == kFiles);
  CHECK(found.with_path == kFiles);
  // A cluster has four records, and the first files have the numbers from 64 on.
  int behind = 0;
  for (int i = 0; i < kFiles; ++i)
    behind += image.written(fmt::format("web/page{}.aspx", i)).record >= (pieces == 2 ? 80 : 32);
  CHECK(found.recovered == behind);
  CHECK(swept.has_issue("found by their signature"));
  CHECK(swept.result.incomplete);
}

TEST_CASE(
    "without boot sector, first sixteen records and the end of $MFT's list, all is still found") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  split_mft(bytes, std::array<u64, 2>{8, 20});
  cut_mft_list(bytes, 100);
  zero(bytes, record_offset(bytes, 0), 16 * 1024);
  zero(bytes, 0, 512);
  write_text(path, bytes);
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  const Found found = check_planted(swept, bytes);
  CHECK(found.all == kFiles);
  CHECK(found.recovered == kFiles); // the copy of record 0 leads only to the first 32 records
  CHECK(found.with_path == kFiles);
  CHECK(swept.has_issue("the backup boot sector at offset"));
  CHECK(swept.has_issue("$MFTMirr"));
  CHECK(swept.has_issue("found by their signature"));
}

TEST_CASE("a healthy volume is not searched for records, and none counts as recovered") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = planted();
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  const Found found = check_planted(swept, read_text(image.build()));
  CHECK(found.all == kFiles);
  CHECK(found.recovered == 0);
  CHECK(swept.issues.empty());
}
