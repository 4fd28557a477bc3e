// SPDX-License-Identifier: Apache-2.0
#include "image/vhd_source.h"

#include "image/image.h"
#include "support/vhd_writer.h"
#include "unit/image_test_tools.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace test;
using Catch::Matchers::ContainsSubstring;

constexpr u64 kSector = 512, kTiB = u64{1} << 40;

/// Text with holes of many sizes, so that blocks, and sectors of stored blocks, are zeros.
std::string media_with_holes(u64 size, u32 seed) {
  std::mt19937 generator(seed);
  std::string media(size, '\0');
  for (u64 at = 0; at < size;) {
    const u64 length =
        std::min<u64>((1 + generator() % 64) * kSector << generator() % 12, size - at);
    if (generator() % 2 == 0)
      for (u64 i = at; i < at + length; ++i) media[i] = static_cast<char>('a' + generator() % 26);
    at += length;
  }
  return media;
}

std::string text_of(const ByteSource& source) { return std::string(chars_of(read_all(source))); }

/// A disk image in a folder of its own.
class Written {
public:
  explicit Written(const std::string& bytes, const std::string& name = "disk.vhd")
      : path_(folder_ / name) {
    write_file(path_, bytes_of(bytes));
  }
  Image open() const { return open_image({path_}); }
  std::string refusal() const {
    return message_of<FormatError>([&] { open(); });
  }

private:
  TestFolder folder_;
  std::filesystem::path path_;
};

std::string problems_of(const Image& image) {
  std::string all;
  for (const std::string& problem : image.problems) all += problem + "\n";
  return all;
}

/// The bytes that can be read are those of `media`, and `lost` bytes can't be read.
void check_but_for(const Image& image, std::string media, u64 lost) {
  Bytes read(image.media->size());
  u64 unreadable = 0;
  for (const Gap& gap : read_with_gaps(*image.media, 0, read)) {
    media.replace(gap.offset, gap.length, gap.length, '\0');
    unreadable += gap.length;
  }
  CHECK(unreadable == lost);
  CHECK((chars_of(read) == media)); // not shown: it's long
}

TEST_CASE("a dynamic VHD reads as its media, whatever its blocks, their order and their bitmaps") {
  u32 seed = 0;
  for (const u64 block : {u64{512}, u64{4096}, 64_KiB, 512_KiB, 2_MiB, 8_MiB})
    for (const u64 size : {kSector, 200_KiB + kSector, 3_MiB, 4_MiB + 77 * kSector})
      for (const bool odd : {false, true}) {
        if (size / block > 1000 && block < 4096) continue;
        CAPTURE(block, size, odd);
        const std::string media = media_with_holes(size, ++seed);
        const Image image =
            Written(dynamic_vhd(media, {.block = block, .reversed = odd, .exact_bitmaps = odd}))
                .open();
        CHECK(image.format == "vhd");
        CHECK(image.problems.empty());
        REQUIRE(image.media->size() == size);
        CHECK((text_of(*image.media) == media));
        std::mt19937 generator(seed);
        for (int i = 0; i < 50; ++i) {
          const u64 from = generator() % size;
          Bytes part(std::min<u64>(1 + generator() % 100'000, size - from));
          image.media->read(from, part);
          REQUIRE((chars_of(part) == std::string_view(media).substr(from, part.size())));
        }
        Bytes beyond(1000);
        CHECK_THROWS_AS(image.media->read(size - 10, beyond), ReadError);
      }
}

TEST_CASE("a VHD as qemu-img reads it") {
  const std::string media = media_with_holes(6_MiB, 1);
  const TestFolder folder;
  write_file(folder / "disk.vhd", bytes_of(dynamic_vhd(media)));
  run_or_skip("qemu-img", "convert -f vpc -O raw " + quoted(folder / "disk.vhd") + " " +
                              quoted(folder / "disk.raw"));
  CHECK((chars_of(read_file(folder / "disk.raw")).substr(0, media.size()) == media));
}

TEST_CASE("a dynamic VHD without an intact footer is read by the copy at offset 0, and says so") {
  const u64 block = GENERATE(u64{4096}, 512_KiB, 2_MiB);
  CAPTURE(block);
  const std::string media = media_with_holes(5_MiB, 3);
  const std::string vhd = dynamic_vhd(media, {.block = block});
  std::string damaged = vhd;
  std::string said = "expected in the last 512 bytes";
  SECTION("zeroed") { damaged.replace(vhd.size() - kSector, kSector, kSector, '\0'); }
  SECTION("cut off") { damaged.resize(vhd.size() - kSector); }
  SECTION("padded") { damaged.append(1_MiB + 300, '\0'); }
  SECTION("its checksum is wrong") {
    damaged[damaged.size() - 100] = 'x';
    said = "the checksum of the VHD footer is wrong";
  }
  const Image image = Written(damaged).open();
  CHECK(image.format == "vhd");
  CHECK((text_of(*image.media) == media));
  CHECK_THAT(problems_of(image),
             ContainsSubstring(said) && ContainsSubstring("its copy at offset 0 was used"));
  damaged[100] = 'x'; // the copy too, but the header that it leads to has a checksum of its own
  const Image by_header = Written(damaged).open();
  CHECK((text_of(*by_header.media) == media));
  CHECK_THAT(problems_of(by_header),
             ContainsSubstring("it leads to the header of a dynamic disk") ||
                 ContainsSubstring("whose checksum is wrong, was used"));
  for (const u64 footer : {u64{0}, damaged.size() - kSector})
    damaged[footer + 50] = 'x'; // how large the disk is
  CHECK_THAT(Written(damaged).refusal(), ContainsSubstring("holds no intact copy"));
  std::string only_copy = vhd;
  only_copy[100] = 'x';
  CHECK(Written(only_copy).open().problems.empty()); // the footer is what counts
}

TEST_CASE("what a VHD has lost of its blocks is unreadable, and nothing else") {
  const u64 block = GENERATE(u64{4096}, 64_KiB, 2_MiB);
  CAPTURE(block);
  const std::string media(4_MiB, 'm');
  const u64 bitmap = kSector;
  std::string vhd = dynamic_vhd(media, {.block = block});
  u64 lost = 0;
  SECTION("cut within its last block") {
    vhd.resize(vhd.size() - kSector - 1024);
    lost = 1024;
  }
  SECTION("cut in the middle") {
    vhd.resize(vhd.size() - kSector - (bitmap + block) - 100);
    lost = block + kSector; // the last, and the sector in which the file ends
  }
  SECTION("a place past the end of the file") {
    set_vhd_field(vhd, kVhdTable, 0x10000000);
    lost = block;
  }
  SECTION("a place over the block table") {
    set_vhd_field(vhd, kVhdTable + 4, kVhdTable / kSector);
    lost = block;
  }
  SECTION("a place over the copy of the footer") {
    set_vhd_field(vhd, kVhdTable, 0);
    lost = block;
  }
  const Image image = Written(vhd).open();
  CHECK_THAT(problems_of(image), ContainsSubstring("are unreadable, the first at media offset"));
  if (lost == block + kSector) lost = block + 100; // gaps begin at the byte
  check_but_for(image, media, lost);
}

TEST_CASE("blocks of a VHD that share a place are unreadable: only one can be right") {
  const std::string media(8_MiB, 'm');
  const auto place_of = [](const std::string& vhd, u64 block) {
    u64 place = 0;
    for (int i = 0; i < 4; ++i)
      place = place << 8 | static_cast<u8>(vhd.at(kVhdTable + block * 4 + static_cast<u64>(i)));
    return place;
  };
  const u64 block = GENERATE(64_KiB, 512_KiB, 2_MiB);
  CAPTURE(block);
  std::string vhd = dynamic_vhd(media, {.block = block});
  SECTION("the same") {
    set_vhd_field(vhd, kVhdTable + 4, place_of(vhd, 2));
    check_but_for(Written(vhd).open(), media, 2 * block);
  }
  SECTION("partly") {
    set_vhd_field(vhd, kVhdTable + 4, place_of(vhd, 2) + 8);
    const u64 lost = 3 * block; // 2, and the one after it
    check_but_for(Written(vhd).open(), media, lost);
  }
  SECTION("all of them") {
    for (u64 i = 1; i < media.size() / block; ++i)
      set_vhd_field(vhd, kVhdTable + i * 4, place_of(vhd, 0));
    check_but_for(Written(vhd).open(), media, media.size());
  }
}

TEST_CASE("a VHD header that makes no sense is refused with its offset") {
  const std::string vhd = dynamic_vhd(std::string(4_MiB, 'm'));
  const auto refused = [&](u64 at, u64 value, unsigned width = 4) {
    std::string changed = vhd;
    set_vhd_field(changed, at, value, width);
    return Written(changed).refusal();
  };
  const u64 footer = vhd.size() - kSector;
  for (const u64 block : {0, 1, 511, 513, 3000})
    CHECK_THAT(refused(kVhdHeader + 32, block), ContainsSubstring("a power of two was expected"));
  CHECK_THAT(refused(kVhdHeader + 32, 512), ContainsSubstring("the media needs 8192"));
  CHECK_THAT(refused(kVhdHeader + 28, 0xFFFFFFFF), ContainsSubstring("block table of 4294967295"));
  CHECK_THAT(refused(kVhdHeader + 28, 1), ContainsSubstring("the media needs 2"));
  CHECK_THAT(refused(kVhdHeader + 16, ~u64{0}, 8), ContainsSubstring("truncated"));
  CHECK_THAT(refused(kVhdHeader + 16, vhd.size() - 4, 8), ContainsSubstring("truncated"));
  CHECK_THAT(refused(footer + 48, ~u64{0}, 8), ContainsSubstring("the media needs"));
  CHECK_THAT(refused(footer + 48, 0, 8), ContainsSubstring("0 bytes"));
  CHECK_THAT(refused(footer + 60, 7), ContainsSubstring("disk type 7"));
  CHECK_THAT(refused(footer + 16, ~u64{0} - 100, 8), ContainsSubstring("truncated"));
  CHECK_THAT(refused(footer + 16, 1024, 8), ContainsSubstring("`cxsparse`"));
  CHECK(Written("conectix").refusal() != "no exception");
  CHECK(Written(vhd_footer(kDynamicVhd, 4_MiB)).refusal() != "no exception");
  CHECK(Written(vhd_footer(kFixedVhd, 0)).refusal() != "no exception");
}

TEST_CASE("what a VHD claims and doesn't hold costs nothing") {
  const u64 size = 2040_GiB, block = 2_MiB;
  std::string vhd = dynamic_vhd(std::string(4_MiB, 'm'));
  const std::string data = vhd.substr(2048, vhd.size() - 2048 - kSector);
  const u64 table_size = size / block * 4;
  vhd = vhd.substr(0, kVhdTable) + std::string(table_size, '\xFF') + data;
  for (u64 i = 0; i < 2; ++i)
    set_vhd_field(vhd, kVhdTable + i * 4,
                  (kVhdTable + table_size + i * (block + kSector)) / kSector);
  vhd += std::string(kSector, '\0');
  vhd.replace(0, kSector, vhd_footer(kDynamicVhd, size));
  set_vhd_field(vhd, kVhdHeader + 28, size / block);
  SECTION("zeros") {
    const Image image = Written(vhd).open();
    CHECK(image.media->size() == size);
    REQUIRE(image.media->unstored().size() == 1);
    CHECK(image.media->unstored().front() == Unstored{4_MiB, size - 4_MiB, true});
    CHECK(stored_size(*image.media) == 4_MiB);
    CHECK(image.media->end() == size);
  }
  SECTION("all blocks from 1 TiB on past the end") {
    for (u64 i = kTiB / block; i < size / block; ++i)
      for (u64 byte = 0; byte < 4; ++byte) vhd[kVhdTable + i * 4 + byte] = '\x70';
    const Image image = Written(vhd).open();
    CHECK(image.media->end() == kTiB);
    REQUIRE(image.media->unstored().size() == 2);
    CHECK(image.media->unstored().back() == Unstored{kTiB, size - kTiB, false});
  }
}

/// A sector that claims to begin an NTFS volume of so many bytes.
std::string ntfs_start(u64 size) {
  std::string sector(kSector, '\0');
  sector.replace(3, 8, "NTFS    ");
  sector[12] = 2; // 512 bytes a sector
  for (unsigned i = 0; i < 8; ++i)
    sector[40 + i] = static_cast<char>((size / kSector - 1) >> (8 * i));
  return sector.replace(510, 2, "\x55\xAA");
}

std::string mbr_start(u64 first, u64 size) {
  std::string sector(kSector, '\0');
  sector[450] = 7;
  for (unsigned i = 0; i < 4; ++i) {
    sector[454 + i] = static_cast<char>((first / kSector) >> (8 * i));
    sector[458 + i] = static_cast<char>((size / kSector) >> (8 * i));
  }
  return sector.replace(510, 2, "\x55\xAA");
}

std::string gpt_start(u64 size) {
  std::string start = mbr_start(kSector, size) + "EFI PART" + std::string(kSector - 8, '\0');
  start[450] = '\xEE';
  for (unsigned i = 0; i < 8; ++i)
    start[kSector + 48 + i] = static_cast<char>((size / kSector - 34) >> (8 * i));
  return start;
}

std::string with_start(const std::string& start, u64 size) {
  return start + std::string(size - start.size(), 'd');
}

TEST_CASE("a disk at offset 0 is believed, not the footer of a VHD that is not this one") {
  for (const u64 size : {4_MiB, 6_MiB - kSector, 9_MiB})
    for (const std::string& start :
         {ntfs_start(size), mbr_start(1_MiB, size - 1_MiB), gpt_start(size)}) {
      CAPTURE(size, start.substr(3, 4), start.size());
      const std::string disk = with_start(start, size);
      for (const std::string& footer :
           {vhd_footer(kFixedVhd, size + 4_MiB), vhd_footer(kFixedVhd, size + kSector),
            vhd_footer(kFixedVhd, size - 2_MiB), vhd_footer(kDynamicVhd, size),
            vhd_footer(kDifferencingVhd, size, kTiB)}) {
        const Image image = Written(disk + footer, "disk.raw").open();
        CHECK(image.format == "raw");
        CHECK(image.media->size() == disk.size() + kSector);
        CHECK_THAT(problems_of(image),
                   ContainsSubstring(fmt::format("offset {}: the footer", size)) &&
                       ContainsSubstring("read as a raw image"));
      }
      const Image whole = Written(disk + vhd_footer(kFixedVhd, size), "disk.raw").open();
      CHECK(whole.format == "vhd");
      CHECK(whole.problems.empty());
      CHECK((text_of(*whole.media) == disk));
    }
}

TEST_CASE("a fixed VHD that has lost a part is refused, if no disk before its footer is whole") {
  const u64 size = 6_MiB;
  for (const std::string& start : {std::string(kSector, 'd'), ntfs_start(size),
                                   mbr_start(1_MiB, size - 1_MiB), gpt_start(size)}) {
    const std::string vhd = with_start(start, size - 2_MiB) + vhd_footer(kFixedVhd, size);
    CHECK_THAT(Written(vhd).refusal(), ContainsSubstring("claims 6291456 bytes of media") &&
                                           ContainsSubstring("truncated"));
  }
}

TEST_CASE("a fixed VHD without its footer that holds no disk is refused") {
  const std::string media = media_with_holes(2_MiB, 5);
  for (const u64 lost : {kSector, u64{1}, 100_KiB, 1_MiB}) {
    const std::string vhd = fixed_vhd(media);
    CHECK_THAT(Written(vhd.substr(0, vhd.size() - lost)).refusal(),
               ContainsSubstring("a VHD footer") && ContainsSubstring("truncated"));
  }
}

TEST_CASE("a fixed VHD whose footer is damaged or lost is its media") {
  const u64 size = 5_MiB;
  for (const std::string& start :
       {ntfs_start(size), mbr_start(1_MiB, size - 1_MiB), gpt_start(size)}) {
    const std::string disk = with_start(start, size);
    std::string vhd = fixed_vhd(disk);
    vhd[vhd.size() - 50] = 'x';
    const Image damaged = Written(vhd).open();
    CHECK(damaged.format == "vhd");
    CHECK((text_of(*damaged.media) == disk));
    CHECK_THAT(problems_of(damaged), ContainsSubstring("checksum") &&
                                         ContainsSubstring("the size that it claims is right"));
    const Image lost = Written(disk).open();
    CHECK(lost.format == "raw");
    CHECK((text_of(*lost.media) == disk));
    CHECK_THAT(problems_of(lost), ContainsSubstring("the name ends in .vhd") &&
                                      ContainsSubstring("read as a raw image"));
    CHECK(Written(disk, "disk.raw").open().problems.empty());
  }
}

TEST_CASE("parts of a disk that are raw by design may be called .vmdk") {
  const std::string disk = with_start(mbr_start(1_MiB, 2_MiB), 3_MiB);
  for (const char* name : {"x-flat.vmdk", "x-f001.vmdk", "X-F023.VMDK"})
    CHECK(Written(disk, name).open().problems.empty());
  for (const char* name : {"x.vmdk", "x-s001.vmdk", "f001.vmdk", "x.E01"})
    CHECK_THAT(problems_of(Written(disk, name).open()), ContainsSubstring("read as a raw image"));
}

} // namespace
} // namespace coldsweep
