// SPDX-License-Identifier: Apache-2.0
// Two volumes on one disk, below tables that count other sectors, that are damaged, or that lead
// elsewhere: both have their own files, whatever the container.
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/run_tool.h"

#include <functional>

#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kFirst = 1_MiB;

/// The second volume begins `between` bytes behind the first, and 2 MiB follow it.
struct Two {
  explicit Two(u64 unit_, u64 between = 1_MiB, u32 sector = 512)
      : unit(unit_), one(planted_volume(1, {.size = 4_MiB, .sector = sector})),
        two(planted_volume(2, {.size = 3_MiB, .sector = sector})),
        second(kFirst + one.bytes.size() + between) {}

  Disk disk() const {
    Disk made(second + two.bytes.size() + 2_MiB);
    made.put(kFirst, one.bytes).put(second, two.bytes);
    return made;
  }
  u64 in_units(u64 bytes) const { return bytes / unit; }
  u64 count(const PlantedVolume& volume) const { return in_units(volume.bytes.size()); }
  Disk& put_first(Disk& into) const { return into.mbr(in_units(kFirst), count(one)); }
  Disk& put_mbr(Disk& into) const { return put_first(into).mbr(in_units(second), count(two), 1); }
  Disk& put_gpt(Disk& into, u64 padding = 0) const {
    return into.gpt({{in_units(kFirst), in_units(kFirst) + count(one) - 1},
                     {in_units(second), in_units(second) + count(two) - 1}},
                    {.unit = unit, .padding = padding});
  }

  u64 unit;
  PlantedVolume one, two;
  u64 second;
};

void check_both(const Two& of, const Swept& swept, bool odd) {
  require_balanced(swept);
  CHECK(swept_files(swept, kFirst) == of.one.truth);
  CHECK(swept_files(swept, of.second) == of.two.truth);
  CHECK(swept.result.incomplete == odd);
  if (!odd) CHECK(swept.issues.empty());
}

void check_both(const Two& of, const Disk& disk, bool odd) {
  check_both(of, run_sweep(disk.write(), kEveryStream), odd);
}

struct Sibling {
  const char* what;
  u64 unit; ///< of the table, in bytes
  std::function<void(const Two&, Disk&)> make;
};

void check_siblings(Two of, const std::vector<Sibling>& siblings) {
  for (const Sibling& sibling : siblings) {
    CAPTURE(sibling.what, sibling.unit);
    of.unit = sibling.unit;
    Disk disk = of.disk();
    sibling.make(of, disk);
    check_both(of, disk, true);
  }
}

} // namespace

TEST_CASE("tables that count sectors of any size lead to both of their volumes") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Two of(512);
  const u64 extended = of.second - 1_MiB;
  for (const u64 unit : {1024, 2048, 4096}) {
    CAPTURE(unit);
    of.unit = unit;
    Disk mbr = of.disk(), gpt = of.disk(), chain = of.disk();
    check_both(of, of.put_mbr(mbr), false);
    check_both(of, of.put_gpt(gpt), false);
    of.put_first(chain)
        .mbr(of.in_units(extended), of.in_units(1_MiB) + of.count(of.two), 1, 0x0F)
        .link(extended, of.in_units(1_MiB), of.count(of.two));
    check_both(of, chain, false);
    if (unit != 4096 || !have_tool("ewfacquire")) continue;
    check_both(of, run_sweep(mbr.write_e01(), kEveryStream), false);
    check_both(of, run_sweep(gpt.write_e01({"-P", "4096"}), kEveryStream), false);
  }
}

TEST_CASE("backup boot sectors tell what a table counts if the boot sectors are lost") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u64 unit = GENERATE(512, 2048, 4096);
  CAPTURE(unit);
  const Two of(unit, 1_MiB, static_cast<u32>(unit));
  check_siblings(of, {{"both wiped", unit,
                       [](const Two& t, Disk& d) {
                         t.put_mbr(d).wipe(kFirst, t.unit).wipe(t.second, t.unit);
                       }},
                      {"the OEM ID of both", unit, [](const Two& t, Disk& d) {
                         t.put_mbr(d).put(kFirst + 3, "MSDOS5.0").put(t.second + 3, "MSDOS5.0");
                       }}});
}

TEST_CASE("entries of no sectors, beyond the end or too many lose no volume") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Two of(4096);
  const u64 extended = of.second - 1_MiB;
  check_siblings(
      of,
      {{"the second of none", 4096,
        [](const Two& t, Disk& d) { t.put_first(d).mbr(t.in_units(t.second), 0, 1); }},
       {"both of none", 512,
        [](const Two& t, Disk& d) {
          d.mbr(t.in_units(kFirst), 0).mbr(t.in_units(t.second), 0, 1);
        }},
       {"one beyond the end", 4096, [](const Two&, Disk& d) { d.mbr(0x7FFFFF00, 2048); }},
       {"no entry for the second", 4096, [](const Two& t, Disk& d) { t.put_first(d); }},
       {"the first goes on to the end", 512,
        [](const Two& t, Disk& d) { d.mbr(t.in_units(kFirst), 0x7FFFFFFF); }},
       {"the extended partition lies beyond the end", 512,
        [](const Two& t, Disk& d) { t.put_first(d).mbr(0x7FFFFF00, 2048, 1, 0x05); }},
       {"the logical volume has none", 4096, [&](const Two& t, Disk& d) {
          t.put_first(d).mbr(t.in_units(extended), 0, 1, 0x0F).link(extended, t.in_units(1_MiB), 0);
        }}});
  if (!have_tool("ewfacquire")) return;
  Disk disk = of.disk();
  check_both(of, run_sweep(of.put_first(disk).write_e01({"-P", "4096"}), kEveryStream), true);
}

TEST_CASE("entries shorter than their volumes lose nothing, and don't take from the next") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Two of(512, 0); // no space between them
  const auto short_gpt = [](const Two& t, Disk& d) -> Disk& {
    const u64 one = t.in_units(kFirst), two = t.in_units(t.second);
    return d.gpt({{one, one + 3}, {two, two}}, {.unit = t.unit});
  };
  const auto short_mbr = [](const Two& t, Disk& d) -> Disk& {
    return d.mbr(t.in_units(kFirst), 100).mbr(t.in_units(t.second), 1, 1);
  };
  check_siblings(of, {{"GPT", 4096, short_gpt},
                      {"MBR", 512, short_mbr},
                      {"MBR", 4096, short_mbr},
                      {"and the second's boot sector is lost", 512,
                       [&](const Two& t, Disk& d) { short_mbr(t, d).wipe(t.second, t.unit); }}});
  if (!have_tool("ewfacquire")) return;
  Disk disk = of.disk();
  check_both(of, run_sweep(short_gpt(of, disk).write_e01(), kEveryStream), true);
}

TEST_CASE("a GPT damaged in one place or two leads to both of its volumes") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Two of(512);
  const auto without_headers = [](const Two& t, Disk& d) -> Disk& {
    return t.put_gpt(d).wipe(t.unit, t.unit).wipe(d.size() - t.unit, t.unit);
  };
  check_siblings(
      of,
      {{"the first header's checksum", 4096,
        [](const Two& t, Disk& d) { t.put_gpt(d).put(t.unit + 56, "x"); }},
       {"the first entries' checksum", 512,
        [](const Two& t, Disk& d) { t.put_gpt(d).put(2 * t.unit + 60, "x"); }},
       {"that, and no backup", 4096,
        [](const Two& t, Disk& d) {
          t.put_gpt(d).put(2 * t.unit + 60, "x").wipe(d.size() - t.unit, t.unit);
        }},
       {"entries beyond the end, with a right checksum", 512,
        [](const Two& t, Disk& d) {
          std::string header = t.put_gpt(d).bytes().substr(0, 2 * t.unit);
          header[t.unit + 77] = 'x';
          seal_gpt(header, t.unit, t.unit, false);
          d.put(0, header);
        }},
       {"no header, entries alone", 4096, without_headers},
       {"no header, entries alone, no boot sectors", 512,
        [&](const Two& t, Disk& d) {
          without_headers(t, d).wipe(kFirst, 512).wipe(t.second, 512);
        }},
       {"the first MiB", 4096, [](const Two& t, Disk& d) { t.put_gpt(d).wipe(0, 1_MiB); }},
       {"both ends", 512,
        [](const Two& t, Disk& d) { t.put_gpt(d).wipe(0, 1_MiB).wipe(d.size() - 1_MiB, 1_MiB); }},
       {"the first header, before padding", 4096,
        [](const Two& t, Disk& d) { t.put_gpt(d, 64 * t.unit).wipe(t.unit, t.unit); }},
       {"its checksum, before padding", 512,
        [](const Two& t, Disk& d) { t.put_gpt(d, 64 * t.unit).put(t.unit + 56, "x"); }}});
  if (!have_tool("ewfacquire")) return;
  Disk disk = of.disk();
  check_both(of, run_sweep(of.put_gpt(disk).wipe(512, 512).write_e01(), kEveryStream), true);
}

TEST_CASE("a volume without table and boot sector is found by its backup before a whole MiB") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u32 sector = GENERATE(512U, 1024U, 4096U);
  CAPTURE(sector);
  const Two of(512, 2_MiB, sector);
  Disk disk = of.disk();
  disk.wipe(kFirst, sector).wipe(of.second, sector);
  const bool e01 = sector == 4096 && have_tool("ewfacquire");
  check_both(of, run_sweep(e01 ? disk.write_e01({"-P", "4096"}) : disk.write(), kEveryStream),
             true);
}

TEST_CASE("a volume without table and record 0 is found by the records that follow") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Two of(512);
  const u64 mft = of.one.bytes.find("FILE0");
  const u64 mirror = of.one.bytes.rfind(of.one.bytes.substr(mft, 1024));
  REQUIRE(mirror > mft);
  const auto lose = [&](Disk& d, u64 bytes) -> Disk& {
    return d.wipe(kFirst + mft, bytes).wipe(kFirst + mirror, bytes);
  };
  check_siblings(
      of, {{"record 0 and its copy", 512, [&](const Two&, Disk& d) { lose(d, 1024); }},
           {"four records and their copies", 512, [&](const Two&, Disk& d) { lose(d, 4096); }},
           {"and the boot sector", 512,
            [&](const Two&, Disk& d) { lose(d, 4096).wipe(kFirst, 512); }}});
}
