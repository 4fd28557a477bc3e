// SPDX-License-Identifier: Apache-2.0
// MFT records that are in nobody's use and hold nothing, as formatters leave them by the thousand,
// are nothing: no issue. One that lost content is still an issue.
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/mft_patch.h"
#include "support/program.h"

#include <array>
#include <functional>

#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

struct Emptied {
  const char* what;
  std::function<void(std::string& volume, u64 record, u64 size)> change;
};

u64 first_attribute(const std::string& volume, u64 record) {
  return record + field<u16>(volume, record + 0x14);
}

/// All of the attribute area but the last words of sectors, which the update sequence replaces.
void zero_attributes(std::string& volume, u64 record, u64 size) {
  for (u64 at = first_attribute(volume, record); at < record + size; ++at)
    if ((at - record) % 512 < 510) volume[at] = '\0';
}

const std::array kEmptied{
    Emptied{"zeros", zero_attributes},
    Emptied{"zeros, and it claims no bytes",
            [](std::string& v, u64 record, u64 size) {
              zero_attributes(v, record, size);
              set_field(v, record + 0x18, 0, 4);
            }},
    Emptied{"zeros, and it claims its header",
            [](std::string& v, u64 record, u64 size) {
              zero_attributes(v, record, size);
              set_field(v, record + 0x18, first_attribute(v, record) - record, 4);
            }},
    Emptied{"an end mark behind the bytes it claims",
            [](std::string& v, u64 record, u64) {
              set_field(v, first_attribute(v, record), 0xFFFFFFFF, 4);
              set_field(v, record + 0x18, first_attribute(v, record) - record, 4);
            }},
    Emptied{"zeros over the update sequence, too",
            [](std::string& v, u64 record, u64 size) {
              const u64 first = first_attribute(v, record);
              v.replace(first, record + size - first, record + size - first, '\0');
            }},
    Emptied{"nothing at all",
            [](std::string& v, u64 record, u64 size) { v.replace(record, size, size, '\0'); }}};

struct Planted {
  PlantedVolume volume;
  u64 record_size, mft;
  u64 free = 0; ///< records that aren't in use, from 24 on

  Planted(u32 record, u32 cluster) : record_size(record) {
    NtfsImage image({.size = 8_MiB, .cluster = cluster, .mft_record = record});
    for (int i = 0; i < 12; ++i) {
      image.file(fmt::format("gone/{}.txt", i), pattern(3000, 50 + i)).deleted();
      image.file(fmt::format("kept/{}.txt", i), pattern(3000, 10 + i));
    }
    volume = {read_text(image.build()), truth_of(image)};
    const u64 bytes = u64{field<u16>(volume.bytes, 0x0B)} * field<u8>(volume.bytes, 0x0D);
    mft = field<u64>(volume.bytes, 0x30) * bytes;
  }
  void empty_free_records(const Emptied& kind) {
    for (u64 at = mft + 24 * record_size; volume.bytes.substr(at, 4) == "FILE"; at += record_size) {
      if ((field<u16>(volume.bytes, at + 0x16) & 1) != 0) continue;
      kind.change(volume.bytes, at, record_size);
      ++free;
    }
  }
};

} // namespace

TEST_CASE("free MFT records that hold no attribute are no issue, however they were emptied") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u32 record = GENERATE(1024U, 4096U);
  for (const Emptied& kind : kEmptied) {
    CAPTURE(record, kind.what);
    Planted planted(record, record == 1024 ? 512 : 4096);
    planted.empty_free_records(kind);
    REQUIRE(planted.free >= 12);
    Disk disk(planted.volume.bytes.size() + 2_MiB);
    disk.put(1_MiB, planted.volume.bytes).mbr(256, planted.volume.bytes.size() / 4096);
    const bool e01 = &kind == &kEmptied.front() && have_tool("ewfacquire");
    const Swept swept = run_sweep(e01 ? disk.write_e01() : disk.write(), kEveryStream);
    require_balanced(swept);
    CHECK(swept.issues.empty());
    CHECK_FALSE(swept.result.incomplete);
    CHECK(swept_files(swept, 1_MiB) == planted.volume.truth);
  }
}

TEST_CASE("a free MFT record with a damaged attribute, and one in use without any, are issues") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Planted planted(1024, 4096);
  std::string& volume = planted.volume.bytes;
  u64 record = planted.mft + 24 * 1024;
  SECTION("free") {
    while ((field<u16>(volume, record + 0x16) & 1) != 0 ||
           field<u32>(volume, record + 0x18) < 0x100)
      record += 1024;
    set_field(volume, first_attribute(volume, record) + 4, 3, 4);
  }
  SECTION("in use") {
    while ((field<u16>(volume, record + 0x16) & 1) == 0) record += 1024;
    zero_attributes(volume, record, 1024);
  }
  const Swept swept = run_sweep(Disk(volume.size()).put(0, volume).write(), kEveryStream);
  CHECK(swept.issues_of_kind("malformed") >= 1);
  CHECK(swept.result.incomplete);
}

TEST_CASE("a deleted compressed file whose clusters were reused is a note, not an issue") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u32 cluster = GENERATE(512U, 2048U, 4096U);
  NtfsImage image({.size = 6_MiB, .cluster = cluster});
  for (int i = 0; i < 6; ++i)
    image
        .file(fmt::format("gone{}.txt", i),
              std::string(100'000, static_cast<char>('a' + i)) + "end")
        .compressed()
        .deleted();
  image.then();
  image.file("new.bin", pattern(100'000, 3));
  image.fill("all.bin", 300'000);
  const Swept swept = run_sweep(image.build(), kEveryStream);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  u64 reused = 0;
  for (const nlohmann::json& f : swept.findings)
    if (!f.at("overwritten").is_null() && f.at("overwritten").at("clusters") > 0) ++reused;
  CHECK(reused > 0);
}
