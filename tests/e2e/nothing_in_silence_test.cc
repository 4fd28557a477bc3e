// SPDX-License-Identifier: Apache-2.0
// Anything that was not scanned completely is in the manifest, whatever the reason.
#include "support/catch.h"
#include "support/mft_patch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/sources.h"

#include "base/file.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::string kMarker = "coldsweep-marker-4711";
constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-4711\" condition: $m }";

nlohmann::json issue_of(const Swept& swept, const std::string& kind, const std::string& path) {
  for (const nlohmann::json& issue : swept.issues)
    if (issue.at("kind") == kind && issue.at("path") == path) return issue;
  return nullptr;
}

} // namespace

TEST_CASE("a WOF file backed by a WIM file is an issue with its size, and its zeros are never "
          "scanned as content") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  const std::string wim("\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0", 16); // provider 1
  image.sparse_file("Windows/tool.exe", 100000).reparse_point(0x80000017, wim);
  image.file("plain.txt", kMarker);
  const Swept swept =
      run_sweep(image.build(), "rule zeros { condition: filesize == 100000 and uint32(0) == 0 } " +
                                   std::string(kMarkerRule));
  require_balanced(swept);
  CHECK(swept.result.incomplete);
  const nlohmann::json issue = issue_of(swept, "unsupported", "/Windows/tool.exe");
  REQUIRE(!issue.is_null());
  CHECK(issue.at("bytes") == 100000);
  CHECK(issue.at("message").get<std::string>().find("WIM") != std::string::npos);
  CHECK(swept.coverage.at(0).at("skipped_by").at("wof") == 100000);
  CHECK(swept.finding("/Windows/tool.exe").is_null());
  CHECK(!swept.finding("/plain.txt").is_null());
}

TEST_CASE("a compression unit that does not decompress is an issue, and the rest of the file is "
          "scanned") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  std::string text;
  while (text.size() < 300000) text += "a line that compresses well, again and again\n";
  text += kMarker;
  image.file("logs/broken.log", text).compressed();
  const std::filesystem::path path = image.build();
  const Swept clean = run_sweep(path, kMarkerRule);
  const nlohmann::json found = clean.finding("/logs/broken.log");
  REQUIRE(!found.is_null());
  CHECK(found.at("encoding") == "lznt1");
  CHECK(found.at("matches").at(0).at("media_offset").is_null());
  CHECK(!clean.result.incomplete);

  std::string bytes = read_text(path);
  const u64 at = found.at("extents").at(0).at("media_offset");
  bytes[at] = '\xff'; // the first chunk's header: its signature is gone
  bytes[at + 1] = '\x0f';
  const Swept swept = run_sweep(std::make_shared<MemorySource>(bytes), kMarkerRule);
  require_balanced(swept);
  const nlohmann::json issue = issue_of(swept, "malformed", "/logs/broken.log");
  REQUIRE(!issue.is_null());
  CHECK(issue.at("bytes") == 65536);
  CHECK(!swept.finding("/logs/broken.log").is_null());
  CHECK(swept.result.incomplete);
}

TEST_CASE("units of a deleted file that others have overwritten are counted, and no issue") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  std::string text(kMarker);
  while (text.size() < 300000) text += "a line that compresses well, again and again\n";
  image.file("logs/gone.log", text).compressed().deleted();
  const std::filesystem::path path = image.build();
  const nlohmann::json found = run_sweep(path, kMarkerRule).findings.at(0);
  std::string bytes = read_text(path);
  const auto& second = found.at("extents").at(1);
  bytes.replace(second.at("media_offset").get<u64>(), 4096, std::string(4096, '\xff'));
  const auto gone = std::make_shared<MemorySource>(bytes);
  const Swept swept = run_sweep(gone, kMarkerRule);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  CHECK_FALSE(swept.result.incomplete);
  CHECK(swept.findings.size() == 1);
  CHECK(swept.coverage.at(0).at("skipped_by") == nlohmann::json{{"overwritten", 65536}});
  SECTION("but not units that can't be read") {
    const auto faulty = std::make_shared<FaultySource>(gone);
    faulty->unreadable(found.at("extents").at(2).at("media_offset"), 4096);
    const Swept damaged = run_sweep(faulty, kMarkerRule);
    require_balanced(damaged);
    CHECK(issue_of(damaged, "unreadable", "/logs/gone.log").at("bytes") == 65536);
    CHECK(damaged.result.incomplete);
  }
}

TEST_CASE("a stream whose scan takes too long is an issue, and the others are scanned") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  constexpr const char* kSlow = R"(rule slow {
    condition: uint32(0) == 0x574f4c53 and for all i in (1..100000000000) : (uint8(i & 1023) >= 0) })";
  NtfsImage image;
  image.file("slow.bin", "SLOW" + std::string(5000, 'x'));
  image.file("quick.txt", kMarker);
  SweepOptions options;
  options.timeout_seconds = 1;
  const Swept swept = run_sweep(image.build(), std::string(kMarkerRule) + kSlow, options);
  require_balanced(swept);
  const nlohmann::json issue = issue_of(swept, "timed_out", "/slow.bin");
  REQUIRE(!issue.is_null());
  CHECK(issue.at("message") == "not evaluated: rule slow: it takes too long");
  CHECK(issue.at("bytes") == 0); // the other rule was evaluated
  CHECK(!swept.finding("/quick.txt").is_null());
  CHECK(swept.result.incomplete);

  const Swept alone = run_sweep(image.build(), kSlow, options);
  require_balanced(alone);
  CHECK(issue_of(alone, "timed_out", "/slow.bin").at("bytes") == 5004);
  CHECK(alone.coverage.at(0).at("skipped_by").at("timed_out") == 5004);
}

TEST_CASE("a file of 3 GiB is scanned to its last byte") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 4_GiB});
  image.file("big.bin", pattern(3_GiB)).append(kMarker);
  SweepOptions options;
  options.memory = 64_MiB;
  options.timeout_seconds = 600;
  const Swept swept = run_sweep(image.build(), kMarkerRule, options);
  require_balanced(swept);
  const nlohmann::json finding = swept.finding("/big.bin");
  REQUIRE(!finding.is_null());
  CHECK(finding.at("matches").at(0).at("offset") == 3_GiB);
  CHECK(finding.at("exported") == false); // above --export-limit
  CHECK(swept.result.seal->bytes.skipped == 0);
}

TEST_CASE("a terabyte of holes costs nothing, and what is stored in it is found at its offset") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.sparse_file("journal", 1_GiB * 1024, {{700_GiB, kMarker}});
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  require_balanced(swept);
  const nlohmann::json finding = swept.finding("/journal");
  REQUIRE(!finding.is_null());
  CHECK(finding.at("matches").at(0).at("offset") == 700_GiB);
  CHECK(!finding.at("matches").at(0).at("media_offset").is_null());
  CHECK(finding.at("hashes").at("sha256").is_null());
}

TEST_CASE("past the initialized size zeros are read, whatever the clusters hold") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("grown.bin", std::string(100000, 'A') + kMarker + std::string(50000, 'B'))
      .initialized(60000);
  const Swept swept = run_sweep(image.build(), std::string(kMarkerRule) + kEveryStream);
  const nlohmann::json finding = swept.finding("/grown.bin");
  REQUIRE(!finding.is_null());
  CHECK(finding.at("rule").at("name") == "every_stream");
  CHECK(finding.at("size") == 150000 + kMarker.size());
}

TEST_CASE("an allocated record that no folder names is swept, and so is one without any name") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.folder("docs");
  image.file("docs/hidden.aspx", kMarker).without_name();
  image.file("docs/bare.aspx", kMarker + "2").nameless();
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  CHECK(!swept.finding("/docs/hidden.aspx").is_null());
  const bool bare =
      std::any_of(swept.findings.begin(), swept.findings.end(), [](const nlohmann::json& f) {
        return f.at("path").get<std::string>().starts_with("/$OrphanFiles/") &&
               f.at("allocated") == true;
      });
  CHECK(bare);
}

TEST_CASE("each rule that reads the file's name is evaluated for every hard link") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.folder("a");
  image.file("first.txt", kMarker).hard_link("a/second.aspx");
  TempDir rules;
  const Swept swept = run_sweep(image.build(), R"(
    rule name { condition: filename == "second.aspx" and filepath == "C:\\a" and extension == ".aspx" })");
  REQUIRE(swept.findings.size() == 1);
  CHECK(swept.findings.front().at("rule").at("name") == "name");
}

TEST_CASE(
    "an EFS-encrypted file is an issue with size and owner, and is scanned only if requested") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("plain.txt", "coldsweep-marker");
  image.file("secret.docx", "coldsweep-marker" + std::string(9000, 'x'));
  const std::filesystem::path path = image.build();
  std::string bytes = read_text(path);
  const u64 data = attribute_offset(bytes, image.written("secret.docx").record, 0x80).value();
  set_field(bytes, data + 0x0C, 0x4000, 2); // encrypted
  write_text(path, bytes);
  const std::string rule = "rule marker { strings: $m = \"coldsweep-marker\" condition: $m at 0 }";

  const Swept usual = run_sweep(path, rule);
  require_balanced(usual);
  CHECK(usual.paths() == std::vector<std::string>{"/plain.txt"});
  CHECK(usual.has_issue("encrypted by EFS, of the owner S-1-5-", "encrypted"));
  CHECK(usual.coverage.at(0).at("skipped_by").at("efs") == 9016);
  CHECK(usual.result.incomplete);

  SweepOptions options;
  options.scope.efs = true;
  const Swept asked = run_sweep(path, rule, options);
  require_balanced(asked);
  CHECK(asked.issues.empty());
  const nlohmann::json found = asked.finding("/secret.docx");
  REQUIRE(found.is_object());
  CHECK(found.at("encoding") == "efs");
  const u64 place = found.at("matches").at(0).at("media_offset").get<u64>();
  CHECK(bytes.substr(place, 16) == "coldsweep-marker");
  CHECK(sha256_of(run_locate(path, found).out) ==
        found.at("hashes").at("sha256").get<std::string>());
}
