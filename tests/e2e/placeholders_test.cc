// SPDX-License-Identifier: Apache-2.0
// Files whose content is not on the volume are named, and their holes are never scanned as content.
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/program.h"

#include <array>

#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kSize = 123'456;

std::string reparse_data(u32 tag) {
  std::string data;
  for (int i = 0; i < 4; ++i) data += static_cast<char>(tag >> (8 * i));
  return data + std::string("\x08\0\0\0", 4) + std::string(8, 'r');
}

/// The issue of the main stream of that path; null if there is none.
nlohmann::json issue_of(const Swept& swept, const std::string& path) {
  for (const nlohmann::json& issue : swept.issues)
    if (issue.at("path") == path) return issue;
  return nullptr;
}

} // namespace

TEST_CASE("a placeholder is unsupported, with the name of its tag, and its bytes are skipped") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  struct Kind {
    u32 tag;
    const char* name;
  };
  constexpr std::array kinds{
      Kind{0x80000013, "DEDUP"},        Kind{0x9000001A, "CLOUD"},
      Kind{0x9000601A, "CLOUD"},        Kind{0xC0000004, "HSM"},
      Kind{0x8000001E, "STORAGE_SYNC"}, Kind{0x90001018, "WCI_1"},
      Kind{0x80000018, "WCI,"},         Kind{0xA0000027, "WCI_LINK,"},
      Kind{0x9000F01A, "CLOUD"},        Kind{0x80000006, "HSM2"},
      Kind{0x80000007, "SIS"},          Kind{0x80000008, "WIM"},
      Kind{0x9000001C, "PROJFS"},       Kind{0x80000021, "ONEDRIVE"},
      Kind{0xC0000014, "APPXSTRM"},     Kind{0x8ABCDEF0, "unknown reparse tag 0x8ABCDEF0"}};
  NtfsImage image;
  for (const Kind& kind : kinds)
    image.sparse_file(fmt::format("f{:08x}.aspx", kind.tag), kSize)
        .reparse_point(kind.tag, reparse_data(kind.tag));
  const Swept swept = run_sweep(image.build(), kEveryStream);
  require_balanced(swept);
  CHECK(swept.result.incomplete);
  for (const Kind& kind : kinds) {
    const std::string path = fmt::format("/f{:08x}.aspx", kind.tag);
    CAPTURE(path);
    CHECK(swept.finding(path).is_null());
    const nlohmann::json issue = issue_of(swept, path);
    REQUIRE(!issue.is_null());
    CHECK(issue.at("kind") == "unsupported");
    CHECK(issue.at("bytes") == kSize);
    CHECK(issue.at("message").get<std::string>().find(kind.name) != std::string::npos);
  }
  CHECK(swept.coverage.at(0).at("skipped_by").at("placeholder") == kSize * kinds.size());
}

TEST_CASE("a file that has its content is read, whatever its reparse tag") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("hydrated.aspx", pattern(kSize)).reparse_point(0x9000001A, reparse_data(0x9000001A));
  image.file("small.aspx", "resident").reparse_point(0x80000013, reparse_data(0x80000013));
  image.sparse_file("tombstone", kSize).reparse_point(0xA000001F, reparse_data(0xA000001F));
  image.sparse_file("plain.bin", kSize);
  image.sparse_file("unknown.bin", kSize, {{0, pattern(5000)}})
      .reparse_point(0x8ABCDEF0, reparse_data(0x8ABCDEF0));
  const Swept swept = run_sweep(image.build(), kEveryStream);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  for (const char* path :
       {"hydrated.aspx", "small.aspx", "tombstone", "plain.bin", "unknown.bin"}) {
    CAPTURE(path);
    const nlohmann::json found = swept.finding(std::string("/") + path);
    REQUIRE(!found.is_null());
    CHECK(found.at("hashes").at("sha256") == image.written(path).sha256());
  }
}

TEST_CASE("the holes that compression leaves don't make a placeholder") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u32 cluster = GENERATE(512U, 4096U);
  const std::string text = std::string(150'000, 'z') + "end";
  NtfsImage image({.cluster = cluster});
  image.file("whole.aspx", text).compressed().reparse_point(0x9000001A, reparse_data(0x9000001A));
  image.file("random.aspx", pattern(150'000))
      .compressed()
      .reparse_point(0x9000001A, reparse_data(0x9000001A));
  image.file("zeros.aspx", std::string(150'000, '\0'))
      .compressed()
      .reparse_point(0x9000001A, reparse_data(0x9000001A));
  const Swept swept = run_sweep(image.build(), kEveryStream);
  require_balanced(swept);
  for (const char* path : {"whole.aspx", "random.aspx"}) {
    CAPTURE(path);
    const nlohmann::json found = swept.finding(std::string("/") + path);
    REQUIRE(!found.is_null());
    CHECK(found.at("hashes").at("sha256") == image.written(path).sha256());
    CHECK(issue_of(swept, std::string("/") + path).is_null());
  }
  CHECK(issue_of(swept, "/zeros.aspx").at("kind") == "unsupported"); // no unit has a cluster
}

TEST_CASE("a placeholder that was deleted, or that has other streams, is one, and they are read") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u32 tag = GENERATE(0x9000001AU, 0x80000013U, 0xC0000004U);
  NtfsImage image({.size = 8_MiB, .cluster = 512});
  image.sparse_file("gone.aspx", kSize).reparse_point(tag, reparse_data(tag)).deleted();
  image.sparse_file("host.aspx", kSize)
      .stream("small", "resident")
      .stream("large", pattern(5000))
      .reparse_point(tag, reparse_data(tag));
  image.sparse_file("listed.aspx", kSize).many_streams(20).reparse_point(tag, reparse_data(tag));
  image.sparse_file("plain.aspx", kSize).stream("sparse", pattern(5000));
  const PlantedVolume volume{read_text(image.build()), {}};
  Disk disk(3_MiB + volume.bytes.size());
  disk.put(2_MiB, volume.bytes).mbr(2_MiB / 4096, volume.bytes.size() / 4096);
  const bool e01 = tag == 0x80000013 && have_tool("ewfacquire");
  const Swept swept = run_sweep(e01 ? disk.write_e01() : disk.write(), kEveryStream);
  require_balanced(swept);
  for (const char* path : {"/gone.aspx", "/host.aspx", "/listed.aspx"}) {
    CAPTURE(path);
    CHECK(swept.finding(path).is_null());
    CHECK(issue_of(swept, path).at("bytes") == kSize);
  }
  CHECK(swept.issues.size() == 3);
  for (const char* stream : {"small", "large"})
    CHECK(swept.finding("/host.aspx", stream).at("hashes").at("sha256") ==
          image.written("host.aspx", stream).sha256());
  CHECK(!swept.finding("/listed.aspx", "s0019").is_null());
  CHECK(!swept.finding("/plain.aspx").is_null());
}

TEST_CASE("what a placeholder stores of its content is scanned, and the rest is named") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.sparse_file("partly.aspx", 1_MiB, {{512_KiB, Content("coldsweep-marker-4719")}})
      .reparse_point(0x9000001A, reparse_data(0x9000001A));
  const Swept swept =
      run_sweep(image.build(), "rule m { strings: $m = \"coldsweep-marker-4719\" condition: $m }");
  require_balanced(swept);
  CHECK(swept.finding("/partly.aspx").at("matches").at(0).at("offset") == 512_KiB);
  CHECK(issue_of(swept, "/partly.aspx").at("kind") == "unsupported");
  CHECK(swept.result.incomplete);
}
