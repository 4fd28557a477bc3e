// SPDX-License-Identifier: Apache-2.0
#include "image/image.h"

#include "support/hash_all.h"
#include "unit/image_test_tools.h"

#include <atomic>
#include <thread>

#include <sys/stat.h>

// libtsk 4.11 does not free the errors that libvmdk returns for a failed read (vmdk.c). Its frames
// are not on the stack that LeakSanitizer sees. Without a sanitizer nothing calls this.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libcerror_error_initialize\n"; }

namespace coldsweep {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string usage_error(const std::vector<std::filesystem::path>& paths) {
  return message_of<UsageError>([&] { open_image(paths); });
}
std::string format_error(const std::vector<std::filesystem::path>& paths) {
  return message_of<FormatError>([&] { open_image(paths); });
}

/// Reads at random places from four threads at once and compares with what the media must hold.
void check_equal_from_four_threads(const ByteSource& media, const Bytes& expected) {
  REQUIRE(media.size() >= expected.size());
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (u32 t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      std::mt19937 generator(t);
      Bytes buffer;
      for (int i = 0; i < 120; ++i) {
        const u64 offset = generator() % expected.size();
        const u64 most = i % 3 == 0 ? 700'000 : i % 3 == 1 ? 5000 : 600;
        buffer.resize(std::min<u64>(1 + generator() % most, expected.size() - offset));
        media.read(offset, buffer);
        if (std::memcmp(buffer.data(), expected.data() + offset, buffer.size()) != 0) ++wrong;
      }
    });
  threads.clear();
  CHECK(wrong == 0);
  Bytes all(expected.size());
  media.read(0, all);
  CHECK(all == expected);
}

TEST_CASE("a raw image reads the same as the file") {
  const TestFolder folder;
  const Bytes bytes = random_bytes(3'000'000, 1);
  write_file(folder / "disk.dd", bytes);
  const Image image = open_image({folder / "disk.dd"});
  CHECK(image.format == "raw");
  REQUIRE(image.segments.size() == 1);
  CHECK(image.segments[0].size == bytes.size());
  CHECK(image.media->media_offset(17) == u64{17});
  CHECK_FALSE(image.media->media_offset(bytes.size()));
  check_equal_from_four_threads(*image.media, bytes);
}

TEST_CASE("a read past the end returns what is there and names the first byte that is not") {
  const TestFolder folder;
  const Bytes bytes = random_bytes(4096, 2);
  write_file(folder / "disk.dd", bytes);
  const Image image = open_image({folder / "disk.dd"});
  Bytes buffer(1000);
  try {
    image.media->read(4000, buffer);
    FAIL("it was read");
  } catch (const ReadError& e) {
    CHECK(e.offset == 4096);
    CHECK(std::memcmp(buffer.data(), bytes.data() + 4000, 96) == 0);
  }
}

TEST_CASE("something that is not an image is refused with a message that says why") {
  const TestFolder folder;
  CHECK_THAT(usage_error({folder / "none.dd"}),
             ContainsSubstring("none.dd") && ContainsSubstring("no such file"));
  CHECK_THAT(usage_error({folder / "."}), ContainsSubstring("is a folder"));
  write_file(folder / "empty.dd", {});
  CHECK_THAT(usage_error({folder / "empty.dd"}), ContainsSubstring("is empty"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(usage_error({folder / "pipe"}), ContainsSubstring("is a pipe"));
  CHECK_THAT(usage_error({"/dev/null"}), ContainsSubstring("character device"));
  CHECK_THAT(usage_error({}), ContainsSubstring("no image"));
  write_file(folder / "a.dd", random_bytes(512, 1));
  CHECK_THAT(usage_error({folder / "a.dd", folder / "a.dd"}), ContainsSubstring("twice"));
}

TEST_CASE("containers that can't be read are named, with what to do about it") {
  using namespace std::string_view_literals;
  struct Foreign {
    std::string_view start, name, what, advice;
  };
  std::string vdi(64, ' '), tar(257, '\0');
  vdi += "\x7f\x10\xda\xbe";
  tar.replace(0, 10, "server.ovf");
  tar += "ustar";
  const std::string notes = "server.txt" + tar.substr(10);
  const std::vector<Foreign> all{
      {"QFI\xfb", "disk.img", "QCOW2", "qemu-img convert -O raw"},
      {"QED\0"sv, "disk.img", "QED", "qemu-img convert -O raw"},
      {"vhdxfile", "disk.vhdx", "VHDX", "qemu-img convert -O raw"},
      {"WithoutFreeSpace", "disk.hdd", "Parallels", "qemu-img convert -O raw"},
      {vdi, "disk.vdi", "VDI", "qemu-img convert -O raw"},
      {"\xbe\xba\xfe\xca\0\0\0\0"sv, "disk-sesparse.vmdk", "seSparse", "qemu-img convert -O raw"},
      {"EVF2\r\n\x81\0"sv, "disk.Ex01", "Ex01", "export it as raw or E01"},
      {"LEF2\r\n\x81\0"sv, "disk.Lx01", "Lx01", "holds files, not a disk"},
      {"LVF\t\r\n\xff\0"sv, "disk.L01", "L01", "holds files, not a disk"},
      {"ADSEGMENTEDFILE\0"sv, "disk.ad1", "AD1", "holds files, not a disk"},
      {"ADCRYPT\0"sv, "disk.ad1", "encrypted", "decrypt it"},
      {"AFF10\r\n\0"sv, "disk.aff", "AFF", "affcat"},
      {"PK\x03\x04 ... information.turtle", "disk.aff4", "AFF4", "export it as raw or E01"},
      {"PK\x03\x04 ... container.description", "disk.zip", "AFF4", "export it as raw or E01"},
      {"MSWIM\0\0\0"sv, "install.wim", "WIM", "holds files, not a disk"},
      {"WLPWM\0\0\0"sv, "install.wim", "WIM", "holds files, not a disk"},
      {"\0ntfsclone-image"sv, "disk.img", "ntfsclone", "ntfsclone --restore-image"},
      {"partclone-image0001", "disk.img", "partclone", "partclone.restore"},
      {tar, "server.ova", "OVA", "tar -xf"},
      {tar, "server.bin", "OVA", "tar -xf"},
      {notes, "server.tar", "an archive", "unpack it"},
      {"sprs", "disk.sparseimage", "sparse disk image", "hdiutil"},
      {"\xfd\x37zXZ", "disk.raw.xz", "compressed", "unpack it"},
      {"PK\x03\x04", "disk.zip", "compressed", "unpack it"}};
  const TestFolder folder;
  for (const Foreign& kind : all) {
    CAPTURE(kind.name, kind.what);
    for (const u64 size : {u64{600}, u64{8192}, u64{100'000}}) {
      Bytes bytes(size);
      std::memcpy(bytes.data(), kind.start.data(), kind.start.size());
      write_file(folder / std::string(kind.name), bytes);
      const std::string said = usage_error({folder / std::string(kind.name)});
      CHECK_THAT(said, ContainsSubstring(std::string(kind.what)) &&
                           ContainsSubstring(std::string(kind.advice)));
      CHECK(said.find("truncated") == std::string::npos);
    }
  }
}

TEST_CASE("a disk that has the signature of another format where it proves nothing is raw") {
  const TestFolder folder;
  for (const std::string_view start : {"\x1f\x8b", "BZh", "sprs", "PK\x03\x04", "\xfe\xef"}) {
    Bytes bytes(8192);
    std::memcpy(bytes.data(), start.data(), start.size());
    write_file(folder / "disk.img", bytes);
    CHECK(open_image({folder / "disk.img"}).format == "raw");
  }
}

TEST_CASE("what an image of ntfsclone is told to do makes the volume of it") {
  const TestFolder folder;
  File::create(folder / "volume.raw").resize(8_MiB);
  run_or_skip("mkntfs", "-q -F -f " + quoted(folder / "volume.raw"));
  run_or_skip("ntfsclone", "-q --save-image --output " + quoted(folder / "saved.img") + " " +
                               quoted(folder / "volume.raw"));
  const std::string said = usage_error({folder / "saved.img"});
  const std::size_t command = said.find("ntfsclone --restore-image");
  REQUIRE(command != std::string::npos);
  run_or_skip("ntfsclone", "-q " + said.substr(command + 10));
  const Image restored = open_image({folder / "saved.img.raw"});
  CHECK(restored.media->size() >= 8_MiB - 4096);
}

TEST_CASE("noise opens as raw, but not under a name that promises a container") {
  const TestFolder folder;
  write_file(folder / "noise.bin", random_bytes(100'000, 3));
  CHECK(open_image({folder / "noise.bin"}).format == "raw");
  for (const std::string name : {"noise.E01", "noise.vhd", "noise.VMDK"}) {
    write_file(folder / name, random_bytes(100'000, 3));
    CHECK_THAT(format_error({folder / name}),
               ContainsSubstring(name) && ContainsSubstring("was expected"));
  }
}

TEST_CASE("a split raw image opens from its first segment or from all, and reads across their "
          "boundaries") {
  const TestFolder folder;
  const Bytes bytes = random_bytes(1'000'000, 4);
  const std::vector<std::vector<std::string>> namings{
      {"a.001", "a.002", "a.003", "a.004"},
      {"b.000", "b.001", "b.002", "b.003"},
      {"c.dd.aa", "c.dd.ab", "c.dd.ac", "c.dd.ad"},
      {"xaa", "xab", "xac", "xad"},
      {"d.raw.01", "d.raw.02", "d.raw.03", "d.raw.04"},
      {"e.AAA", "e.AAB", "e.AAC", "e.AAD"}};
  for (const auto& names : namings) {
    CAPTURE(names.front());
    std::vector<std::filesystem::path> paths;
    for (std::size_t i = 0; i < 4; ++i) {
      paths.push_back(folder / names[i]);
      write_file(paths.back(), ByteView(bytes).subspan(
                                   i * 300'000, std::min<u64>(300'000, 1'000'000 - i * 300'000)));
    }
    for (const auto& given : {std::vector{paths.front()}, paths}) {
      const Image image = open_image(given);
      CHECK(image.format == "split raw");
      CHECK(image.segments.size() == 4);
      check_equal_from_four_threads(*image.media, bytes);
    }
  }
}

TEST_CASE(
    "split raw segments are refused if any is missing, out of order, or short in the middle") {
  const TestFolder folder;
  for (const std::string name : {"a.001", "a.002", "a.003", "a.004"})
    write_file(folder / name, random_bytes(4096, 5));
  CHECK_THAT(format_error({folder / "a.001", folder / "a.003", folder / "a.002", folder / "a.004"}),
             ContainsSubstring("out of order") && ContainsSubstring("a.002"));
  CHECK_THAT(usage_error({folder / "a.001", folder / "a.002"}),
             ContainsSubstring("a.003") && ContainsSubstring("not named"));
  CHECK_THAT(usage_error({folder / "a.002"}), ContainsSubstring("a.001"));

  write_file(folder / "a.002", random_bytes(4000, 5));
  CHECK_THAT(format_error({folder / "a.001"}),
             ContainsSubstring("a.002") && ContainsSubstring("4096 bytes were expected"));

  std::filesystem::remove(folder / "a.002");
  CHECK_THAT(format_error({folder / "a.001"}),
             ContainsSubstring("a.002") && ContainsSubstring("is missing"));
  CHECK_THAT(format_error({folder / "a.001", folder / "a.003", folder / "a.004"}),
             ContainsSubstring("a.002"));
  std::filesystem::remove(folder / "a.001");
  CHECK_THAT(format_error({folder / "a.003"}), ContainsSubstring("a.001"));
}

TEST_CASE("a lone first segment is a raw image, and files with other names are not its siblings") {
  const TestFolder folder;
  write_file(folder / "evidence.001", random_bytes(4096, 6));
  write_file(folder / "evidence.001.txt", bytes_of("notes"));
  write_file(folder / "evidence.md5", bytes_of("notes"));
  CHECK(open_image({folder / "evidence.001"}).format == "raw");
}

void acquire(const std::filesystem::path& raw, const std::filesystem::path& target,
             const std::string& options) {
  run_or_skip("ewfacquire", "-u -t " + quoted(target) + " -f encase6 " + options +
                                " -C 'case 7' -E 'item 3' -e 'An Examiner' -N 'a note' " +
                                quoted(raw));
}

TEST_CASE("E01 reads as the disk it was made from, split or not, compressed or not") {
  const TestFolder folder;
  const Bytes bytes = compressible_bytes(5_MiB, 7);
  write_file(folder / "disk.raw", bytes);
  for (const std::string options :
       {"-S 1MiB -c none", "-S 1EiB -c fast", "-S 1MiB -c best -b 16"}) {
    CAPTURE(options);
    const TestFolder set;
    acquire(folder / "disk.raw", set / "case", options);
    const Image image = open_image({set / "case.E01"});
    CHECK(image.format == "ewf");
    CHECK(image.media->size() == bytes.size());
    check_equal_from_four_threads(*image.media, bytes);
    CHECK(image.acquisition.at("case_number") == "case 7");
    CHECK(image.acquisition.at("evidence_number") == "item 3");
    CHECK(image.acquisition.at("examiner") == "An Examiner");
    CHECK(image.acquisition.at("notes") == "a note");
    CHECK(image.acquisition.contains("acquired"));
    CHECK(image.stored_hashes.at("md5") == hash_all(bytes).md5);
  }
}

TEST_CASE("an E01 that libewf refuses is refused with the innermost reason") {
  const TestFolder folder;
  write_file(folder / "disk.raw", random_bytes(1_MiB, 18));
  acquire(folder / "disk.raw", folder / "case", "-S 1EiB -c none");
  const Bytes whole = read_file(folder / "case.E01");
  const u64 volume = chars_of(whole).find(std::string_view("volume\0", 7)) + 76;
  for (const u64 field : {8, 12, 40, 64}) {
    CAPTURE(field);
    write_file(folder / "bad.E01", whole);
    patch(folder / "bad.E01", volume + field, bytes_of("\x07"));
    CHECK_THAT(format_error({folder / "bad.E01"}),
               ContainsSubstring("libewf can't open the set: unable to open") &&
                   ContainsSubstring(": checksum does not match (stored: 0x"));
  }
}

TEST_CASE("an E01 chunk with a wrong checksum is unreadable, not zeros") {
  const TestFolder folder;
  const Bytes bytes = random_bytes(1_MiB, 8);
  write_file(folder / "disk.raw", bytes);
  acquire(folder / "disk.raw", folder / "case", "-S 1EiB -c none");
  patch(folder / "case.E01", 400'000, bytes_of("\x01\x02\x03"));
  const Image image = open_image({folder / "case.E01"});
  Bytes read(bytes.size());
  for (int pass = 0; pass < 2; ++pass) { // the same when the handle has seen it before
    const std::vector<Gap> gaps = read_with_gaps(*image.media, 0, read);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].length == 32768);
    CHECK(gaps[0].offset % 32768 == 0);
    CHECK_THAT(gaps[0].message, ContainsSubstring("checksum"));
    Bytes expected = bytes;
    std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(gaps[0].offset), gaps[0].length,
                std::byte{0});
    CHECK(read == expected);
  }
}

TEST_CASE("VHD and VMDK of each kind read as the disk they were made from") {
  const TestFolder folder;
  const Bytes bytes = compressible_bytes(8_MiB, 9);
  write_file(folder / "disk.raw", bytes);
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"vpc", "subformat=dynamic,force_size=on"}, {"vpc", "subformat=fixed,force_size=on"},
      {"vmdk", "subformat=monolithicSparse"},     {"vmdk", "subformat=monolithicFlat"},
      {"vmdk", "subformat=twoGbMaxExtentSparse"}, {"vmdk", "subformat=twoGbMaxExtentFlat"},
      {"vmdk", "subformat=streamOptimized"}};
  for (const auto& [format, options] : kinds) {
    CAPTURE(format, options);
    const TestFolder made;
    run_or_skip("qemu-img", "convert -O " + format + " -o " + options + " " +
                                quoted(folder / "disk.raw") + " " + quoted(made / "disk.img"));
    const Image image = open_image({made / "disk.img"});
    CHECK(image.format == (format == "vpc" ? "vhd" : "vmdk"));
    CHECK(image.media->size() == bytes.size());
    check_equal_from_four_threads(*image.media, bytes);
  }
}

TEST_CASE("a VMDK cut within its grains opens, and exactly what is missing is unreadable") {
  const TestFolder folder;
  const Bytes bytes = random_bytes(8_MiB, 16);
  write_file(folder / "disk.raw", bytes);
  run_or_skip("qemu-img",
              "convert -O vmdk " + quoted(folder / "disk.raw") + " " + quoted(folder / "cut.vmdk"));
  const u64 size = std::filesystem::file_size(folder / "cut.vmdk");
  std::filesystem::resize_file(folder / "cut.vmdk", size - 3_MiB);
  const Image image = open_image({folder / "cut.vmdk"});
  Bytes read(bytes.size());
  for (int pass = 0; pass < 2; ++pass) {
    const std::vector<Gap> gaps = read_with_gaps(*image.media, 0, read);
    u64 lost = 0;
    for (const Gap& gap : gaps) lost += gap.length;
    CHECK(lost >= 3_MiB);
    CHECK(lost <= 3_MiB + 65536); // the grain in which the file ends
    Bytes expected = bytes;
    for (const Gap& gap : gaps)
      std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(gap.offset), gap.length,
                  std::byte{0});
    CHECK(read == expected);
  }
}

TEST_CASE("a renamed VMDK is read, not the file that now has its old name") {
  const TestFolder folder;
  write_file(folder / "first.raw", compressible_bytes(2_MiB, 10));
  write_file(folder / "second.raw", compressible_bytes(2_MiB, 11));
  run_or_skip("qemu-img", "convert -O vmdk " + quoted(folder / "first.raw") + " " +
                              quoted(folder / "disk.vmdk"));
  std::filesystem::rename(folder / "disk.vmdk", folder / "evidence.vmdk");
  CHECK(read_all(*open_image({folder / "evidence.vmdk"}).media) == compressible_bytes(2_MiB, 10));
  run_or_skip("qemu-img", "convert -O vmdk " + quoted(folder / "second.raw") + " " +
                              quoted(folder / "disk.vmdk"));
  CHECK(read_all(*open_image({folder / "evidence.vmdk"}).media) == compressible_bytes(2_MiB, 10));
}

TEST_CASE(
    "a VMDK snapshot, a missing, short or strange extent, and a cut grain directory are refused") {
  const TestFolder folder;
  const auto descriptor = [&](const std::string& parent, const std::string& extent) {
    write_file(folder / "disk.vmdk",
               bytes_of("# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=" + parent +
                        "\ncreateType=\"monolithicFlat\"\n" + extent + "\n"));
    return format_error({folder / "disk.vmdk"});
  };
  CHECK_THAT(descriptor("0badcafe", "RW 8 FLAT \"x-flat.vmdk\" 0"),
             ContainsSubstring("0badcafe") && ContainsSubstring("snapshot"));
  CHECK_THAT(descriptor("ffffffff", "RW 8 FLAT \"x-flat.vmdk\" 0"),
             ContainsSubstring("x-flat.vmdk") && ContainsSubstring("missing"));
  CHECK_THAT(descriptor("ffffffff", "RW 8 FLAT \"/etc/passwd\" 0"),
             ContainsSubstring("beside the descriptor"));
  CHECK_THAT(descriptor("ffffffff", "RW 8 FLAT \"../x\" 0"),
             ContainsSubstring("beside the descriptor"));
  write_file(folder / "x-flat.vmdk", random_bytes(1024, 1));
  CHECK_THAT(descriptor("ffffffff", "RW 8 FLAT \"x-flat.vmdk\" 0"), ContainsSubstring("truncated"));
  CHECK_THAT(descriptor("ffffffff", ""), ContainsSubstring("names no extent"));

  write_file(folder / "disk.raw", compressible_bytes(8_MiB, 12));
  run_or_skip("qemu-img",
              "convert -O vmdk " + quoted(folder / "disk.raw") + " " + quoted(folder / "cut.vmdk"));
  std::filesystem::resize_file(folder / "cut.vmdk",
                               11000); // after the descriptor, before the directory's tables
  CHECK_THAT(format_error({folder / "cut.vmdk"}),
             ContainsSubstring("cut.vmdk") && ContainsSubstring("truncated"));
}

void set_big(Bytes& bytes, u64 offset, u32 value) {
  for (int i = 0; i < 4; ++i)
    bytes[offset + static_cast<u64>(i)] = static_cast<std::byte>(value >> (24 - 8 * i));
}

TEST_CASE("a differencing VHD is refused, with the name of its parent") {
  const TestFolder folder;
  Bytes vhd(512 + 1024 + 512 + 512);
  const auto footer = [&](u64 at) {
    std::memcpy(vhd.data() + at, "conectix", 8);
    set_big(vhd, at + 20, 512);
    set_big(vhd, at + 60, 4);
    u32 sum = 0;
    for (u64 i = 0; i < 512; ++i) sum += std::to_integer<u32>(vhd[at + i]);
    set_big(vhd, at + 64, ~sum);
  };
  footer(0);
  footer(vhd.size() - 512);
  std::memcpy(vhd.data() + 512, "cxsparse", 8);
  const std::string parent = "base\n.vhd";
  for (u64 i = 0; i < parent.size(); ++i)
    vhd[512 + 64 + 2 * i + 1] = static_cast<std::byte>(parent[i]);
  u32 sum = 0;
  for (u64 i = 512; i < 1536; ++i) sum += std::to_integer<u32>(vhd[i]);
  set_big(vhd, 512 + 36, ~sum);
  write_file(folder / "child.vhd", vhd);
  CHECK_THAT(format_error({folder / "child.vhd"}),
             ContainsSubstring("differencing") && ContainsSubstring("base\\u{a}.vhd"));
}

/// Opens and reads a file that may be damaged. Returns an empty string if it is refused by name, or
/// if everything that could be read is as expected. Without an expectation, reading to the end is
/// enough.
std::string fault_of(const std::filesystem::path& path, const Bytes& expected) {
  try {
    const Image image = open_image({path});
    const u64 size = image.media->size();
    const u64 compared = std::min<u64>(size, expected.empty() ? 64_MiB : expected.size());
    Bytes buffer(65536);
    for (u64 offset = 0; offset < compared; offset += buffer.size()) {
      const u64 length = std::min<u64>(buffer.size(), compared - offset);
      try {
        image.media->read(offset, MutableBytes(buffer).first(length));
      } catch (const ReadError&) {
        continue;
      }
      if (!expected.empty() && std::memcmp(buffer.data(), expected.data() + offset, length) != 0)
        return "wrong bytes within 64 KiB from " + std::to_string(offset);
    }
    if (!expected.empty() && size != expected.size()) return "a media of " + std::to_string(size);
    return {};
  } catch (const Error& e) {
    const std::string message = e.what();
    const bool named = message.find(path.filename().string()) != std::string::npos;
    return named ? std::string() : "a complaint that names no file: " + message;
  }
}

TEST_CASE("an E01 cut or changed at random opens or is refused, and never yields wrong bytes") {
  const TestFolder folder;
  // Random bytes and zeros: in text-like bytes, a changed chunk can keep its Adler-32.
  Bytes bytes = random_bytes(1_MiB, 14);
  std::fill(bytes.begin() + 200'000, bytes.begin() + 700'000, std::byte{0});
  write_file(folder / "disk.raw", bytes);
  acquire(folder / "disk.raw", folder / "case", "-S 1EiB -c fast");
  const Bytes whole = read_file(folder / "case.E01");
  for (u32 seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    std::mt19937 generator(seed);
    Bytes damaged = whole;
    if (seed % 4 == 0) {
      damaged.resize(1 + generator() % (whole.size() - 1));
    } else { // mostly where the structures are: the first 4 KiB and the tables at the end
      for (int i = 0; i < 3; ++i) {
        const u64 at = seed % 4 == 1   ? generator() % 4096
                       : seed % 4 == 2 ? whole.size() - 1 - generator() % 1024
                                       : generator() % whole.size();
        damaged[at] ^= static_cast<std::byte>(1 + generator() % 255);
      }
    }
    write_file(folder / "x.E01", damaged);
    CHECK(fault_of(folder / "x.E01", bytes) == "");
  }
}

TEST_CASE("a VHD or VMDK cut or changed at random opens or is refused") {
  const TestFolder folder;
  const Bytes bytes = compressible_bytes(2_MiB, 15);
  write_file(folder / "disk.raw", bytes);
  run_or_skip("qemu-img",
              "convert -O vpc " + quoted(folder / "disk.raw") + " " + quoted(folder / "case.vhd"));
  run_or_skip("qemu-img", "convert -O vmdk " + quoted(folder / "disk.raw") + " " +
                              quoted(folder / "case.vmdk"));
  for (const std::string name : {"case.vhd", "case.vmdk"}) {
    const Bytes whole = read_file(folder / name);
    for (u32 seed = 0; seed < 50; ++seed) {
      CAPTURE(name, seed);
      std::mt19937 generator(seed);
      Bytes damaged = whole;
      if (seed % 3 == 0)
        damaged.resize(1 + generator() % (whole.size() - 1));
      else
        for (int i = 0; i < 3; ++i)
          damaged[generator() % 3072] ^= static_cast<std::byte>(1 + generator() % 255);
      write_file(folder / ("x" + name), damaged);
      // These containers have no checksums over data, so what is read can't be judged.
      CHECK(fault_of(folder / ("x" + name), {}) == "");
    }
  }
}

} // namespace
} // namespace coldsweep
