// SPDX-License-Identifier: Apache-2.0
// Bad evidence is reported with file, offset and expectation, and with the documented exit status.
// It costs nothing that can still be found.
#include "support/catch.h"
#include "support/mft_patch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/sources.h"

#include <map>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kMarker = "coldsweep-marker-0815";
constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-0815\" condition: $m and uint32(0) != "
    "0x454c4946 }"; // resident content is in $MFT too

constexpr u32 kAttributeList = 0x20, kData = 0x80;

/// A volume of 16 MiB with the marker in a resident and in a stored file.
NtfsImage marked_image() {
  NtfsImage image({.size = 16_MiB});
  image.file("small.txt", kMarker);
  image.file("large.bin", pattern(200000)).append(kMarker);
  return image;
}

/// Where an attribute's content begins and ends in the volume: in the record, or in its first run.
std::pair<u64, u64> content_range(const std::string& volume, u64 attribute) {
  if (field<u8>(volume, attribute + 8) == 0) {
    const u64 from = attribute + field<u16>(volume, attribute + 0x14);
    return {from, from + field<u32>(volume, attribute + 0x10)};
  }
  const u64 runs = run_list_offset(volume, attribute);
  const u8 header = field<u8>(volume, runs);
  u64 cluster = 0;
  for (unsigned i = 0; i < header >> 4U; ++i)
    cluster |= u64{field<u8>(volume, runs + 1 + (header & 0x0FU) + i)} << (8 * i);
  return {cluster * 4096, cluster * 4096 + field<u64>(volume, attribute + 0x30)};
}

/// The program refuses the image and leaves nothing that looks like a case.
void check_refused(const std::filesystem::path& image, int status,
                   const std::vector<std::string>& words) {
  TempDir folder;
  const ToolResult result = sweep_program(image, folder / "case");
  INFO(image.filename().string() << ": " << result.err);
  CHECK(result.status == status);
  CHECK(result.out.empty());
  for (const std::string& word : words) CHECK_THAT(result.err, ContainsSubstring(word));
  CHECK(!std::filesystem::exists(folder / "case/manifest.jsonl"));
  const ToolResult info = run_program({"info", image.string()});
  CHECK(info.status == status);
  CHECK(info.err == result.err);
}

std::vector<std::string> marked_paths(const std::string& volume) {
  const Swept swept = run_sweep(std::make_shared<MemorySource>(volume), kMarkerRule);
  require_balanced(swept);
  return swept.paths();
}

} // namespace

TEST_CASE("a file that is not an image is refused by name, as wrong usage") {
  TempDir folder;
  std::filesystem::create_directory(folder / "evidence");
  check_refused(folder / "absent.raw", 2, {"absent.raw", "no such file"});
  check_refused(folder / "evidence", 2, {"evidence", "is a folder"});
  check_refused(write_text(folder / "empty.raw", ""), 2, {"empty.raw", "is empty"});
}

TEST_CASE("an incomplete image is refused with the file and offset where it ends") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = marked_image();
  const std::string bytes = read_text(image.build());
  TempDir folder;
  for (int i : {1, 3, 4})
    write_text(folder / ("disk.00" + std::to_string(i)),
               bytes.substr(static_cast<u64>(i - 1) * 4_MiB, 4_MiB));
  check_refused(folder / "disk.001", 4, {"disk.002", "missing"});
  check_refused(folder / "disk.003", 2, {"disk.003", "not the first segment"});

  if (!have_tool("ewfacquire")) SKIP("ewfacquire is not installed");
  must_run({"ewfacquire", "-q", "-u", "-c", "fast", "-t", folder / "e", image.build()});
  const std::string whole = read_text(folder / "e.E01");
  check_refused(write_text(folder / "cut.E01", whole.substr(0, whole.size() / 2)), 4,
                {"cut.E01", "offset", "truncated"});
}

TEST_CASE("a differencing VHD is refused with the name of its parent, and no case is made") {
  std::string vhd(512 + 1024 + 512 + 512, '\0');
  const auto set_big = [&](u64 at, u32 value) {
    for (unsigned i = 0; i < 4; ++i) vhd[at + i] = static_cast<char>(value >> (24 - 8 * i));
  };
  const auto set_checksum = [&](u64 from, u64 length, u64 at) {
    u32 sum = 0;
    for (u64 i = 0; i < length; ++i) sum += static_cast<u8>(vhd[from + i]);
    set_big(at, ~sum);
  };
  for (const u64 footer : {u64{0}, u64{vhd.size() - 512}}) {
    vhd.replace(footer, 8, "conectix");
    set_big(footer + 20, 512);
    set_big(footer + 60, 4);
    set_checksum(footer, 512, footer + 64);
  }
  vhd.replace(512, 8, "cxsparse");
  const std::string parent = "base.vhd";
  for (u64 i = 0; i < parent.size(); ++i) vhd[512 + 64 + 2 * i + 1] = parent[i];
  set_checksum(512, 1024, 512 + 36);
  TempDir folder;
  check_refused(write_text(folder / "child.vhd", vhd), 4, {"differencing", "base.vhd"});
}

TEST_CASE("noise holds no NTFS volume: the case is sealed, says so, and is incomplete") {
  TempDir folder;
  const std::filesystem::path noise = write_text(folder / "noise.raw", pattern(1_MiB).bytes());
  const ToolResult result = sweep_program(noise, folder / "case");
  CHECK(result.status == 3);
  CHECK_THAT(result.err, ContainsSubstring("no NTFS volume"));
  CHECK_THAT(result.out, ContainsSubstring("on 0 volumes"));
  CHECK_THAT(read_text(folder / "case/manifest.jsonl"), ContainsSubstring("\"unsupported\""));
  CHECK(run_program({"verify", (folder / "case").string()}).status == 0);
}

TEST_CASE("an image cut in the middle of the MFT is swept as far as it goes, and is incomplete") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  for (int i = 0; i < 200; ++i) image.file("f" + std::to_string(i) + ".txt", kMarker);
  const std::string bytes = read_text(image.build());
  const u64 mid = record_offset(bytes, image.written("f100.txt").record) + 300;
  TempDir folder;
  write_text(folder / "rule.yar", kMarkerRule);
  const std::filesystem::path cut = write_text(folder / "cut.raw", bytes.substr(0, mid));
  const ToolResult result =
      sweep_program(cut, folder / "case", {"-r", (folder / "rule.yar").string()});
  CHECK(result.status == 3);
  CHECK_THAT(result.out, ContainsSubstring("Findings: 100 in 100 streams"));
  CHECK_THAT(result.out, ContainsSubstring("unreadable"));
  CHECK_THAT(result.err, ContainsSubstring("incomplete"));
}

TEST_CASE("an invalid record costs only its own file, and is named") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = marked_image();
  std::string bytes = read_text(image.build());
  const u64 record = image.written("large.bin").record;
  bytes.replace(record_offset(bytes, record), 4, "JUNK");
  const Swept swept = run_sweep(std::make_shared<MemorySource>(bytes), kMarkerRule);
  require_balanced(swept);
  CHECK(swept.paths() == std::vector<std::string>{"/small.txt"});
  CHECK(swept.result.incomplete);
  REQUIRE(swept.issues.size() == 1);
  CHECK(swept.issues.front().at("kind") == "malformed");
  CHECK(swept.issues.front().at("record") == record);
}

TEST_CASE("a corrupt $MFT record 0 is replaced by its mirror or by signatures, and a volume "
          "without any records is reported as unreadable") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = marked_image();
  std::string bytes = read_text(image.build());
  bytes.replace(record_offset(bytes, 0), 4, "BAAD");
  const Swept by_mirror = run_sweep(std::make_shared<MemorySource>(bytes), kMarkerRule);
  CHECK(by_mirror.paths() == std::vector<std::string>{"/large.bin", "/small.txt"});
  CHECK(by_mirror.result.incomplete);

  const u64 mirror = field<u64>(bytes, 0x38) * 4096;
  bytes.replace(mirror, 4, "BAAD");
  const Swept by_signature = run_sweep(std::make_shared<MemorySource>(bytes), kMarkerRule);
  CHECK(by_signature.paths() == std::vector<std::string>{"/large.bin", "/small.txt"});
  CHECK(by_signature.result.incomplete);

  for (std::size_t at = 0; (at = bytes.find("FILE0", at)) != std::string::npos; ++at)
    bytes.replace(at, 4, "BAAD");
  TempDir folder;
  const ToolResult result = sweep_program(write_text(folder / "bad.raw", bytes), folder / "case");
  CHECK(result.status == 3);
  CHECK_THAT(result.out, ContainsSubstring("was not swept: unreadable"));
  CHECK_THAT(result.out, ContainsSubstring("$MFT"));
}

TEST_CASE("a run list that points outside the volume makes an issue of its bytes, and no other "
          "file suffers") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = marked_image();
  std::string bytes = read_text(image.build());
  const WrittenStream& large = image.written("large.bin");
  const u64 runs = run_list_offset(bytes, attribute_offset(bytes, large.record, kData).value());
  const u8 header = field<u8>(bytes, runs);
  const unsigned length_width = header & 0x0F, offset_width = header >> 4;
  set_field(bytes, runs + 1 + length_width, 0x7FFFFF >> (24 - 8 * std::min(offset_width, 3U)),
            offset_width);
  const Swept swept = run_sweep(std::make_shared<MemorySource>(bytes), kMarkerRule);
  require_balanced(swept);
  CHECK(swept.paths() == std::vector<std::string>{"/small.txt"});
  CHECK(swept.result.incomplete);
  CHECK(swept.coverage.at(0).at("bytes").at("unreadable") == large.size);
  CHECK(swept.issues_of_kind("malformed") + swept.issues_of_kind("unreadable") >= 1);
}

TEST_CASE("circular attribute lists end, and all other findings are kept") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = marked_image();
  image.file("many.txt", kMarker).many_streams(30);
  const std::string clean = read_text(image.build());
  const u64 base = image.written("many.txt").record;
  const u64 list = attribute_offset(clean, base, kAttributeList).value();
  const auto [from, end] = content_range(clean, list);
  std::map<u64, u64> extensions; // record -> reference
  for (u64 at = from; at < end; at += field<u16>(clean, at + 4))
    if ((field<u64>(clean, at + 0x10) & 0xFFFFFFFFFFFF) != base)
      extensions[field<u64>(clean, at + 0x10) & 0xFFFFFFFFFFFF] = field<u64>(clean, at + 0x10);
  REQUIRE(extensions.size() >= 1);
  const std::vector<std::string> others{"/large.bin", "/small.txt"};
  const auto keeps_others = [&](const std::string& volume) {
    const std::vector<std::string> found = marked_paths(volume);
    CHECK(std::includes(found.begin(), found.end(), others.begin(), others.end()));
  };

  std::string own = clean; // each entry names the file's base record
  for (u64 at = from; at < end; at += field<u16>(clean, at + 4))
    set_field(own, at + 0x10, base | (u64{image.written("many.txt").sequence} << 48), 8);
  keeps_others(own);

  std::string circle = clean; // the extension records say that they extend themselves
  for (const auto& [record, reference] : extensions)
    set_field(circle, record_offset(circle, record) + 0x20, reference, 8);
  keeps_others(circle);

  std::string listed = clean; // an entry says that the list itself is in an extension record
  set_field(listed, from, kAttributeList, 4);
  set_field(listed, from + 0x10, extensions.begin()->second, 8);
  keeps_others(listed);

  std::string stuck = clean; // an entry of length 0
  set_field(stuck, from + 4, 0, 2);
  keeps_others(stuck);
}
