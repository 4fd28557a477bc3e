// SPDX-License-Identifier: Apache-2.0
#include "volume/volume.h"

#include "base/checked.h"
#include "base/endian.h"
#include "image/image.h"
#include "support/effort.h"
#include "unit/image_test_tools.h"
#include "volume/boot_sector.h"
#include "volume/partition_table.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

using Catch::Matchers::ContainsSubstring;

class Disk {
public:
  explicit Disk(u64 size) : path_(folder_ / "disk.raw") {
    write_file(path_, {});
    std::filesystem::resize_file(path_, size);
  }
  const std::filesystem::path& path() const { return path_; }
  void split(const std::string& script) const { partition(path_, script); }
  void put(u64 offset, ByteView bytes) const { patch(path_, offset, bytes); }
  /// A file system of that size at that offset, made by `tool`.
  void format(u64 offset, u64 size, const std::string& tool, const std::string& options) const {
    const std::filesystem::path part = folder_ / "part.raw";
    write_file(part, {});
    std::filesystem::resize_file(part, size);
    run_or_skip(tool, options + " " + quoted(part));
    put(offset, read_file(part));
  }
  void ntfs(u64 offset, u64 size) const { format(offset, size, "mkntfs", "-F -q"); }
  VolumeTable volumes() const {
    const Image image = open_image({path_});
    return find_volumes({path_}, image.media);
  }

private:
  TestFolder folder_;
  std::filesystem::path path_;
};

/// `p1 1048576+8388608 ntfs`, for each volume.
std::vector<std::string> shown(const VolumeTable& table) {
  std::vector<std::string> lines;
  for (const Volume& v : table.volumes)
    lines.push_back(fmt::format("{} {}+{} {}", v.locator, v.offset, v.size, v.filesystem));
  return lines;
}

using Lines = std::vector<std::string>;

constexpr const char* kGpt =
    "label: gpt\nstart=2048,size=16384,type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7,name=\"Basic\"\n"
    "start=18432,size=8192,type=E3C9E316-0B5C-4DB8-817D-F92DF00215AE\n"
    "start=26624,size=16384,type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7\n";
const Lines kGptVolumes{"p1 1048576+8388608 ntfs", "p2 9437184+4194304 microsoft-reserved",
                        "p3 13631488+8388608 unknown"};

TEST_CASE("a GPT yields its volumes in order, each with its file system") {
  const Disk disk(32_MiB);
  disk.split(kGpt);
  disk.ntfs(1048576, 8388608);
  const VolumeTable table = disk.volumes();
  CHECK(table.kind == "gpt");
  CHECK(shown(table) == kGptVolumes);
  CHECK(table.problems.empty());
  CHECK_THAT(table.volumes[0].description, ContainsSubstring("Basic"));
  CHECK(table.volumes[0].source->media_offset(512) == u64{1048576 + 512});
}

TEST_CASE("a damaged primary GPT is replaced by the backup, and is a problem") {
  const Disk disk(32_MiB);
  disk.split(kGpt);
  disk.ntfs(1048576, 8388608);
  SECTION("its entries") { disk.put(1024 + 40, bytes_of("\x01")); }
  SECTION("its header") { disk.put(512 + 24, bytes_of("\x07")); }
  SECTION("its signature") { disk.put(512, bytes_of("xxxx")); }
  const VolumeTable table = disk.volumes();
  CHECK(table.kind == "gpt");
  for (const std::string& volume : kGptVolumes)
    CHECK_THAT(shown(table), Catch::Matchers::VectorContains(volume));
  REQUIRE(table.problems.size() == 1);
  CHECK_THAT(table.problems[0], ContainsSubstring("offset 512") && ContainsSubstring("the backup"));
}

constexpr const char* kMbr = "label: "
                             "dos\nstart=2048,size=16384,type=7\nstart=18432,size=8192,type="
                             "83\nstart=26624,size=36864,type=5\n"
                             "start=28672,size=8192,type=7\nstart=38912,size=16384,type=7\n";

TEST_CASE("an MBR yields primary and logical volumes") {
  const Disk disk(32_MiB);
  disk.split(kMbr);
  disk.ntfs(1048576, 8388608);
  disk.ntfs(38912 * 512, 8388608);
  const VolumeTable table = disk.volumes();
  CHECK(table.kind == "mbr");
  CHECK(shown(table) == Lines{"p1 1048576+8388608 ntfs", "p2 9437184+4194304 unknown",
                              "p3 14680064+4194304 unknown", "p4 19922944+8388608 ntfs"});
  CHECK(table.problems.empty());
  CHECK(table.volumes[0].description == "NTFS / exFAT (0x07)");
}

TEST_CASE("a broken or circular extended chain is a problem, and the rest is found") {
  const Disk disk(32_MiB);
  disk.split(kMbr);
  const u64 extended = u64{26624} * 512;
  std::string expected;
  SECTION("the second link is overwritten") {
    const u32 next = *little<u32>(read_file(disk.path()), extended + 446 + 16 + 8);
    disk.put(extended + u64{next} * 512, std::vector<std::byte>(512));
    expected = "logical volumes from here on are not known";
  }
  SECTION("the first link names itself as the next") {
    disk.put(extended + 446 + 16 + 8, std::vector<std::byte>(4));
    expected = "comes back to itself";
  }
  const VolumeTable table = disk.volumes();
  CHECK_THAT(shown(table),
             Catch::Matchers::VectorContains(std::string("p3 14680064+4194304 unknown")));
  REQUIRE_FALSE(table.problems.empty());
  CHECK_THAT(table.problems[0], ContainsSubstring(expected));
}

TEST_CASE("a bare NTFS volume is one volume, although its first sector has an MBR's signature") {
  const Disk disk(16_MiB);
  disk.ntfs(0, 16_MiB);
  const Bytes boot = read_file(disk.path());
  REQUIRE(boot[510] == std::byte{0x55});
  disk.put(446, bytes_of(std::string(64, '\0'))); // even if the boot code looks like a table
  disk.put(446 + 4, bytes_of(std::string_view("\x07\0\0\0\x10\0\0\0\x10\0\0\0", 12)));
  const VolumeTable table = disk.volumes();
  CHECK(table.kind == "none");
  CHECK(shown(table) == Lines{"v 0+16777216 ntfs"});
  CHECK(table.problems.empty());
}

TEST_CASE("noise and zeros are one unknown volume") {
  const Disk disk(1_MiB);
  CHECK(shown(disk.volumes()) == Lines{"v 0+1048576 unknown"});
  disk.put(0, random_bytes(1_MiB, 31));
  CHECK(shown(disk.volumes()) == Lines{"v 0+1048576 unknown"});
}

TEST_CASE("NTFS that also looks like ext is swept as NTFS, and this is reported") {
  const Disk disk(16_MiB);
  disk.format(0, 16_MiB, "mkfs.ext4", "-q -F");
  const Bytes ext = read_file(disk.path());
  disk.ntfs(0, 16_MiB);
  REQUIRE(disk.volumes().volumes[0].note.empty());
  disk.put(1024, ByteView(ext).subspan(1024, 1024));
  disk.put(4096, ByteView(ext).subspan(4096, 4096));
  const VolumeTable table = disk.volumes();
  REQUIRE(table.volumes.size() == 1);
  CHECK(table.volumes[0].filesystem == "ntfs");
  CHECK_THAT(table.volumes[0].note,
             ContainsSubstring("swept as NTFS") && ContainsSubstring("libtsk"));
}

TEST_CASE("other file systems and encrypted volumes are named") {
  const Disk disk(16_MiB);
  const auto named_as = [&] { return disk.volumes().volumes.at(0).filesystem; };
  SECTION("ext4") {
    disk.format(0, 16_MiB, "mkfs.ext4", "-q -F");
    CHECK(named_as() == "ext4");
  }
  SECTION("swap") {
    disk.format(0, 16_MiB, "mkswap", "");
    CHECK(named_as() == "swap");
  }
  SECTION("signatures") {
    disk.put(0, bytes_of("\xeb\x58\x90-FVE-FS-"));
    CHECK(named_as() == "bitlocker");
    disk.put(0, bytes_of("LUKS\xba\xbe     "));
    CHECK(named_as() == "luks");
    disk.put(0, bytes_of(std::string_view("\0\0\0ReFS\0\0\0\0", 11)));
    CHECK(named_as() == "refs");
  }
}

TEST_CASE("a volume without its boot sector is recognized by the backup") {
  const Disk disk(16_MiB);
  disk.ntfs(0, 16_MiB);
  disk.put(0, std::vector<std::byte>(512));
  const VolumeTable table = disk.volumes();
  REQUIRE(table.volumes.size() == 1);
  CHECK(table.volumes[0].filesystem == "ntfs");
  CHECK_THAT(table.volumes[0].note, ContainsSubstring("backup boot sector"));
}

TEST_CASE("a volume that reaches past the end of the media keeps its size and is a problem") {
  const Disk disk(32_MiB);
  disk.split(kMbr);
  disk.ntfs(38912 * 512, 8388608);
  std::filesystem::resize_file(disk.path(), 38912 * 512 + 4096);
  const VolumeTable table = disk.volumes();
  REQUIRE(table.volumes.size() == 4);
  CHECK(table.volumes[3].filesystem == "ntfs");
  CHECK(table.volumes[3].size == 8388608);
  REQUIRE(table.problems.size() == 1);
  CHECK_THAT(table.problems[0],
             ContainsSubstring("claims 8388608 bytes, the media holds 4096: truncated"));
}

TEST_CASE("a bare NTFS volume that is cut short is a problem") {
  const Disk disk(16_MiB);
  disk.ntfs(0, 16_MiB);
  std::filesystem::resize_file(disk.path(), 8_MiB);
  const VolumeTable table = disk.volumes();
  CHECK(shown(table) == Lines{"v 0+8388608 ntfs"});
  REQUIRE(table.problems.size() == 1);
  CHECK_THAT(table.problems[0], ContainsSubstring("boot sector claims"));
}

TEST_CASE("NTFS is recognized by signature, sector size, cluster size and MFT") {
  Bytes boot(512);
  const auto set = [&](u64 offset, std::string_view bytes) {
    std::memcpy(boot.data() + offset, bytes.data(), bytes.size());
  };
  set(3, "NTFS    ");
  set(11, std::string_view("\0\x02", 2));
  set(13, "\x08");
  set(48, "\x04");
  CHECK(looks_like_ntfs(boot)); // without 55 AA
  CHECK_FALSE(looks_like_ntfs(ByteView(boot).first(511)));
  set(13, "\xf4");
  CHECK(looks_like_ntfs(boot));
  set(13, "\x09");
  CHECK_FALSE(looks_like_ntfs(boot));
  set(13, "\x08");
  set(11, std::string_view("\x01\x02", 2));
  CHECK_FALSE(looks_like_ntfs(boot));
  set(11, std::string_view("\0\x20", 2));
  CHECK_FALSE(looks_like_ntfs(boot));
  set(11, std::string_view("\0\x10", 2));
  CHECK(looks_like_ntfs(boot));
  set(48, std::string_view("\0", 1));
  CHECK_FALSE(looks_like_ntfs(boot));
}

/// Fails every read that touches a given byte.
class FaultySource final : public ByteSource {
public:
  FaultySource(Bytes bytes, u64 bad) : bytes_(std::move(bytes)), bad_(bad) {}
  void read(u64 offset, MutableBytes into) const override {
    if (!fits(offset, into.size(), bytes_.size()))
      throw ReadError(std::max<u64>(offset, bytes_.size()), "past the end");
    if (offset <= bad_ && bad_ < offset + into.size()) throw ReadError(bad_, "bad sector");
    std::memcpy(into.data(), bytes_.data() + offset, into.size());
  }
  u64 size() const override { return bytes_.size(); }
  std::optional<u64> media_offset(u64 offset) const override { return offset; }

private:
  Bytes bytes_;
  u64 bad_;
};

TEST_CASE("an unreadable first sector is a problem, not a crash") {
  const VolumeTable table = find_volumes({}, std::make_shared<FaultySource>(Bytes(1_MiB), 0));
  CHECK(shown(table) == Lines{"v 0+1048576 unknown"});
  CHECK_THAT(fmt::format("{}", table.problems.at(0)), ContainsSubstring("bad sector"));
}

TEST_CASE("tables changed at random yield volumes and problems") {
  for (const char* script : {kGpt, kMbr}) {
    const Disk disk(32_MiB);
    disk.split(script);
    const Bytes whole = read_file(disk.path());
    for (u32 seed = 0; seed < test::rounds(60); ++seed) {
      CAPTURE(script, seed);
      std::mt19937 generator(seed);
      Bytes damaged = whole;
      for (int i = 0; i < 4; ++i)
        damaged[seed % 2 == 0 ? 440 + generator() % 72 : generator() % 2048] ^=
            static_cast<std::byte>(1 + generator() % 255);
      for (const u64 at : {u64{26624} * 512, whole.size() - 512})
        damaged[at + 446 + generator() % 64] ^= static_cast<std::byte>(generator() % 256);
      const VolumeTable table =
          find_volumes({}, std::make_shared<FaultySource>(damaged, damaged.size()));
      CHECK_FALSE(table.volumes.empty());
      for (const Volume& volume : table.volumes) CHECK(volume.source->size() == volume.size);
    }
  }
}

} // namespace
} // namespace coldsweep
