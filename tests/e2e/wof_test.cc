// SPDX-License-Identifier: Apache-2.0
// Files that Windows compressed with WOF are scanned as Windows reads them.
#include "base/file.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/sources.h"

#include <map>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::string kMarker = "coldsweep-marker-4711";
constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-4711\" condition: $m }";

/// Text with the marker across the boundary of two chunks of any kind, in a raw chunk's noise, and
/// at the end.
std::string content(u64 seed) {
  std::string all = text(262144 - 10, seed).bytes() + kMarker;
  all += text(300'000 - all.size(), seed + 1).bytes() + pattern(100'000, seed).bytes();
  all.replace(350'000, kMarker.size(), kMarker);
  return all + kMarker;
}

nlohmann::json issue_of(const Swept& swept, const std::string& kind, const std::string& path) {
  for (const nlohmann::json& issue : swept.issues)
    if (issue.at("kind") == kind && issue.at("path") == path) return issue;
  return nullptr;
}

bool can_test() { return can_build_ntfs_images() && can_compress_wof(); }

} // namespace

TEST_CASE("markers in WOF files of all four kinds are found at their place in the content") {
  if (!can_test()) SKIP("no ntfs_writer, mkntfs or wim_codec");
  NtfsImage image({.size = 32_MiB});
  for (const Encoding kind : kWofKinds) {
    const std::string name(name_of(kind));
    image.wof_file("Windows/" + name + ".exe", content(1), kind);
    image.wof_file("Windows/parts_" + name, content(2), kind).fragmented(5);
    image.wof_file("Windows/many_" + name, content(3), kind).many_streams(40);
    image.wof_file("Windows/gone_" + name, content(4), kind).deleted();
    image.wof_file("Windows/tiny_" + name, Content(kMarker + std::string(2000, ' ')), kind);
  }
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  CHECK(!swept.result.incomplete);
  for (const Encoding kind : kWofKinds) {
    const std::string name(name_of(kind));
    for (const char* file : {".exe", "parts_", "many_", "gone_", "tiny_"}) {
      const std::string where =
          "Windows/" + (*file == '.' ? name + file : std::string(file) + name);
      CAPTURE(where);
      const nlohmann::json found = swept.finding("/" + where);
      REQUIRE(!found.is_null());
      const WrittenStream& written = image.written(where);
      CHECK(found.at("encoding") == name);
      CHECK(found.at("size") == written.size);
      CHECK(found.at("hashes").at("sha256") == written.sha256());
      CHECK(found.at("exported") == true);
      std::vector<u64> offsets;
      for (const nlohmann::json& match : found.at("matches")) {
        offsets.push_back(match.at("offset"));
        CHECK(match.at("media_offset").is_null());
      }
      if (*file == 't')
        CHECK(offsets == std::vector<u64>{0});
      else
        CHECK(offsets == std::vector<u64>{262'134, 350'000, 400'000});
      // The stored bytes, by extents and by The Sleuth Kit.
      const WrittenStream& stored = image.written(where, "WofCompressedData");
      u64 bytes = 0;
      for (const nlohmann::json& extent : found.at("extents"))
        bytes += extent.at("length").get<u64>();
      CHECK(bytes == stored.size);
      if (have_tool("icat")) {
        const std::string command =
            "cd " + path.parent_path().string() + " && " + found.at("locate").get<std::string>();
        if (stored.allocated || stored.holder == stored.record)
          CHECK(must_run({"sh", "-c", command}) == stored.bytes());
      }
    }
  }
}

TEST_CASE("the stream WofCompressedData is scanned as stored, and is a stream like any other "
          "without a reparse point") {
  if (!can_test()) SKIP("no ntfs_writer, mkntfs or wim_codec");
  NtfsImage image;
  image.wof_file("compact.exe", text(50'000), Encoding::wof_lzx);
  image.file("plain.txt", kMarker).stream("WofCompressedData", "beside " + kMarker);
  const Swept swept = run_sweep(image.build(), std::string(kMarkerRule) + kEveryStream);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  const nlohmann::json beside = swept.finding("/compact.exe", "WofCompressedData");
  REQUIRE(!beside.is_null());
  CHECK(beside.at("encoding") == "plain");
  CHECK(beside.at("hashes").at("sha256") ==
        image.written("compact.exe", "WofCompressedData").sha256());
  CHECK(swept.finding("/plain.txt").at("encoding") == "plain");
  CHECK(swept.finding("/plain.txt", "WofCompressedData").at("hashes").at("sha256") ==
        image.written("plain.txt", "WofCompressedData").sha256());
}

TEST_CASE("a WOF chunk that does not decompress is an issue, and the rest of the file is scanned") {
  if (!can_test()) SKIP("no ntfs_writer, mkntfs or wim_codec");
  for (const Encoding kind : kWofKinds) {
    NtfsImage image;
    image.wof_file("broken.exe", content(1), kind);
    const std::filesystem::path path = image.build();
    const nlohmann::json found = run_sweep(path, kMarkerRule).finding("/broken.exe");
    REQUIRE(!found.is_null());
    const u64 chunk = wof_chunk(kind), table = (400'021 + chunk - 1) / chunk * 4 - 4;
    std::string bytes = read_text(path);
    const u64 at = found.at("extents").at(0).at("media_offset");
    for (u64 i = 0; i < 40; ++i) bytes[at + table + i] = '\xff'; // the first chunk's code lengths
    const Swept swept = run_sweep(std::make_shared<MemorySource>(bytes), kMarkerRule);
    require_balanced(swept);
    CAPTURE(name_of(kind));
    const nlohmann::json issue = issue_of(swept, "malformed", "/broken.exe");
    REQUIRE(!issue.is_null());
    CHECK(issue.at("bytes") == chunk);
    CHECK(swept.result.incomplete);
    const nlohmann::json still = swept.finding("/broken.exe");
    REQUIRE(!still.is_null());
    CHECK(still.at("matches").size() == 3);
  }
}

TEST_CASE("a WOF file without its stored stream, or with half a table, is an issue with its size") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  const std::string file_provider("\1\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0", 16);
  image.sparse_file("none.exe", 70'000).reparse_point(0x80000017, file_provider);
  image.wof_file("half.exe", 1'000'000, std::string(500, 'x'));
  image.wof_file("other.exe", 80'000, kMarker, 9);
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  require_balanced(swept);
  CHECK(issue_of(swept, "malformed", "/none.exe").at("bytes") == 70'000);
  CHECK(issue_of(swept, "malformed", "/half.exe").at("bytes") == 1'000'000);
  CHECK(issue_of(swept, "unsupported", "/other.exe").at("bytes") == 80'000);
  CHECK(!swept.finding("/other.exe", "WofCompressedData").is_null());
  CHECK(swept.result.incomplete);
}

TEST_CASE("a WOF reparse point is read even if it is non-resident or in another record") {
  if (!can_test()) SKIP("no ntfs_writer, mkntfs or wim_codec");
  NtfsImage image;
  const std::string lzx("\1\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0", 20);
  image.wof_file("long.exe", content(1), Encoding::wof_lzx)
      .reparse_point(0x80000017, lzx + std::string(5000, '\0'));
  image.wof_file("listed.exe", content(2), Encoding::wof_lzx).many_streams(300);
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  CHECK(swept.issues.empty());
  for (const char* file : {"/long.exe", "/listed.exe"})
    CHECK(swept.finding(file).at("encoding") == "wof_lzx");
}

TEST_CASE("content that the main stream stores despite a WOF reparse point is scanned too") {
  if (!can_test()) SKIP("no ntfs_writer, mkntfs or wim_codec");
  NtfsImage image;
  const std::string lzx("\1\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0", 20);
  const std::string shown = text(90'000).bytes() + "shown";
  image.file("two.exe", kMarker + std::string(90'000, 'h'))
      .stream("WofCompressedData", wof_stored(wof_chunks(Encoding::wof_lzx, shown)))
      .reparse_point(0x80000017, lzx);
  image.file("small.exe", kMarker).reparse_point(0x80000017, lzx); // resident
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  for (const char* file : {"/two.exe", "/small.exe"}) {
    const nlohmann::json found = swept.finding(file);
    REQUIRE(!found.is_null());
    CHECK(found.at("encoding") == "plain");
    CHECK(!found.at("matches").at(0).at("media_offset").is_null());
    if (!have_tool("icat")) continue;
    const std::string command =
        "cd " + path.parent_path().string() + " && " + found.at("locate").get<std::string>();
    CHECK(must_run({"sh", "-c", command}).substr(0, kMarker.size()) == kMarker);
  }
}
