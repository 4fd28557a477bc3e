// SPDX-License-Identifier: Apache-2.0
// `verify --image`: every finding is checked against the media, and a changed byte shows in the
// finding that it is in.
#include "base/file.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/locate_check.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/recheck_case.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"
#include "support/tsk_oracle.h"

#include <sstream>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kOneRule = "rule marker { strings: $m = \"coldsweep-marker\" condition: $m }";
constexpr const char* kMarkerRule = R"(
rule marker { strings: $m = "coldsweep-marker" condition: $m }
rule sized { strings: $m = "coldsweep-marker" condition: $m at 0 and filesize < 100 })";

Scope everything() {
  Scope scope;
  scope.slack = scope.unallocated = scope.system = true;
  return scope;
}

/// Files in every form that content can have on a volume.
NtfsImage varied() {
  NtfsImage image({.size = 48_MiB});
  const std::string marker = "coldsweep-marker";
  image.file("resident.aspx", marker);
  image.file("long.aspx", marker + std::string(200'000, 'x') + marker);
  image.file("pieces.aspx", std::string(9000, 'y') + marker + std::string(60'000, 'y'))
      .fragmented(6);
  image.file("compressed.aspx", marker + std::string(150'000, 'z') + marker).compressed();
  image.file("short.aspx", marker + std::string(30'000, 'i')).initialized(10'000);
  image.file("gone.aspx", marker + std::string(5000, 'g')).deleted();
  image.file("many.txt", marker + std::string(20'000, 'm')).many_streams(40);
  image.file("scattered.aspx", std::string(2'000'000, 'v') + marker).fragmented(400);
  image.sparse_file("sparse.aspx", 1_MiB, {{500'000, marker}});
  image.file("host.txt", "nothing").stream("hidden.aspx", marker + std::string(3000, 's'));
  image.file("site.zip",
             make_archive("zip", {{"in.zip", make_archive("zip", {{"a/page.aspx", marker}})},
                                  {"filler", std::string(20'000, 'f')}}));
  if (can_compress_wof())
    image.wof_file("wof.dll", marker + std::string(300'000, 'w') + marker, Encoding::wof_lzx);
  return image;
}

/// Of files in every form, all of whose findings are confirmed.
struct VariedSweep {
  NtfsImage image = varied();
  std::filesystem::path path = image.build();
  Swept swept = run_sweep(path, kOneRule);

  VariedSweep() { REQUIRE(recheck_case(swept, path).counts.differs == 0); }
};

} // namespace

TEST_CASE("every finding of every form is confirmed from the media") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = varied();
  const std::filesystem::path path = image.build();
  SweepOptions options;
  options.scope = everything();
  const Swept swept = run_sweep(path, kMarkerRule, options);
  const CheckedCase result = recheck_case(swept, path, kMarkerRule);
  CHECK(result.exceptions == std::vector<std::string>{});
  CHECK(result.counts.confirmed == swept.findings.size());
  CHECK(result.counts.judged == swept.findings.size());
  CHECK(result.counts.confirmed >= 12);
}

TEST_CASE("rules that read names, and rules for log records, are evaluated again") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string rules = R"(
rule named { condition: filename == "gate.aspx" and filepath == "C:\\web" }
rule line : log { strings: $m = "POST /owa/" condition: $m })";
  NtfsImage image({.size = 16_MiB});
  image.folder("web");
  image.file("web/gate.aspx", "x");
  image.file("u_ex210302.log", "#Software: Microsoft Internet Information Services 10.0\r\n"
                               "2021-03-02 00:00:01 GET /\r\n2021-03-02 00:00:02 POST /owa/a\r\n");
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, rules);
  REQUIRE(swept.findings.size() == 2);
  const CheckedCase good = recheck_case(swept, path, rules);
  CHECK(good.exceptions == std::vector<std::string>{});
  CHECK(good.counts.judged == 2);

  std::string manifest = swept.manifest; // as a forger would, who also reseals it
  manifest.replace(manifest.find("/web/gate.aspx"), 14, "/web/door.aspx");
  const std::size_t line = manifest.find("\"log\":{\"line\":3");
  REQUIRE(line != std::string::npos);
  manifest.replace(line, 15, "\"log\":{\"line\":2");
  write_text(swept.case_folder() / "manifest.jsonl", manifest);
  CHECK(recheck_case(swept, path, rules).exceptions ==
        std::vector<std::string>{
            "differs /web/door.aspx: the rule named does not match its content",
            "differs /u_ex210302.log: the rule line does not match its content"});
}

TEST_CASE("each hash that a finding states is compared") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("page.aspx", "coldsweep-marker" + std::string(5000, 'x'));
  image.file("site.zip", make_archive("zip", {{"page.aspx", "coldsweep-marker"}}));
  const std::filesystem::path path = image.build();
  for (const char* hash : {"md5", "sha1", "sha256"}) {
    const Swept swept = run_sweep(path, kMarkerRule);
    REQUIRE(recheck_case(swept, path).counts.differs == 0);
    std::string manifest = swept.manifest;
    for (const nlohmann::json& finding : swept.findings) {
      const std::string digest = finding.at("hashes").at(hash);
      for (std::size_t at = 0; (at = manifest.find(digest, at)) != std::string::npos; ++at)
        manifest[at] = manifest[at] == '0' ? '1' : '0';
    }
    write_text(swept.case_folder() / "manifest.jsonl", manifest);
    const CheckedCase result = recheck_case(swept, path);
    CAPTURE(hash, result.exceptions);
    CHECK(result.counts.differs == swept.findings.size());
  }
}

TEST_CASE("a finding about a name is confirmed by the MFT record that has it") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.folder("COM1");
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kMarkerRule);
  REQUIRE(swept.findings.size() == 1);
  CHECK(swept.findings[0].at("kind") == "name");
  CHECK(recheck_case(swept, path).exceptions == std::vector<std::string>{});
  CHECK(recheck_case(swept, path).counts.confirmed == 1);

  std::string bytes = read_text(path);
  const u64 record = swept.findings[0].at("extents").at(0).at("media_offset").get<u64>();
  const std::size_t name = bytes.find(std::string("C\0O\0M\0001\0", 8), record);
  REQUIRE(name < record + 1024);
  bytes[name + 6] = '7'; // another device
  const TempDir folder;
  CHECK(recheck_case(swept, write_text(folder / "edited.raw", bytes)).exceptions ==
        std::vector<std::string>{"differs /COM1: its MFT record does not have the name COM1"});
}

TEST_CASE("a byte changed in the image is found in the finding that contains it, and in no other") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const VariedSweep of;
  const auto& [image, path, swept] = of;
  const std::string bytes = read_text(path);
  for (const nlohmann::json& finding : swept.findings) {
    const bool member = !finding.at("member").is_null();
    const nlohmann::json& extents = finding.at("extents");
    const nlohmann::json& extent = member ? extents.front() : extents.back();
    // In an archive, the first member has the finding. In a compressed file, take a letter of the
    // fourth chunk (each is six bytes), since most of the cluster is unused.
    const u64 within = member                              ? 80
                       : finding.at("encoding") == "lznt1" ? 21
                                                           : extent.at("length").get<u64>() / 2;
    const u64 at = extent.at("media_offset").get<u64>() + within;
    std::string edited = bytes;
    edited[at] = static_cast<char>(edited[at] ^ 0x20);
    const TempDir folder;
    const CheckedCase result = recheck_case(swept, write_text(folder / "edited.raw", edited));
    const std::string name = finding.at("path").get<std::string>();
    CAPTURE(name, result.exceptions, at);
    REQUIRE(result.exceptions.size() == 1);
    CHECK(result.exceptions.front().starts_with("differs " + name));
  }
}

TEST_CASE("the content of another file differs, although its hashes and bytes are right") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const VariedSweep of;
  const auto& [image, path, swept] = of;
  std::vector<nlohmann::ordered_json> lines;
  std::istringstream text(swept.manifest);
  for (std::string line; std::getline(text, line);)
    lines.push_back(nlohmann::ordered_json::parse(line));
  std::vector<std::size_t> streams;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].at("type") == "finding" && lines[i].at("member").is_null()) streams.push_back(i);
  REQUIRE(streams.size() >= 10);
  for (std::size_t i = 0; i < streams.size(); ++i) {
    nlohmann::ordered_json forged = lines[streams[i]];
    const nlohmann::ordered_json& other = lines[streams[(i + 1) % streams.size()]];
    for (const char* field : {"size", "encoding", "hashes", "extents", "matches"})
      forged[field] = other.at(field);
    std::string manifest;
    for (std::size_t l = 0; l < lines.size(); ++l)
      manifest += (l == streams[i] ? forged : lines[l]).dump() + "\n";
    write_text(swept.case_folder() / "manifest.jsonl", manifest);
    const CheckedCase result = recheck_case(swept, path);
    CAPTURE(forged.dump(), result.exceptions);
    REQUIRE(result.exceptions.size() == 1);
    CHECK_THAT(result.exceptions.front(),
               Catch::Matchers::StartsWith("differs " + forged.at("path").get<std::string>()) &&
                   Catch::Matchers::ContainsSubstring("the manifest says"));
  }
}

TEST_CASE("a finding is compared with its MFT record as long as all of that can be told") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("page.aspx", "coldsweep-marker" + std::string(5000, 'x'));
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kOneRule);
  REQUIRE(swept.findings.size() == 1);
  const auto after = [&](const std::string& from, const std::string& to) {
    std::string manifest = swept.manifest;
    const std::size_t at = manifest.find(from);
    REQUIRE(at != std::string::npos);
    write_text(swept.case_folder() / "manifest.jsonl", manifest.replace(at, from.size(), to));
    return recheck_case(swept, path).exceptions;
  };
  const std::string record = fmt::format("\"record\":{}", swept.findings[0].at("record").dump());
  using Exceptions = std::vector<std::string>;
  CHECK(
      after(record, "\"record\":5") ==
      Exceptions{fmt::format("differs /page.aspx: its MFT record has the sequence number 5, not {}",
                             swept.findings[0].at("sequence").get<u64>())});
  CHECK(after(record, "\"record\":9") != Exceptions{}); // $Secure has no main stream
  CHECK(after(record, "\"record\":281474976710655").front().find("the table has") !=
        std::string::npos);
  CHECK(after("\"stream\":\"\"", "\"stream\":\"x\"") ==
        Exceptions{"differs /page.aspx:x: its MFT record has no such stream"});
  CHECK(after("\"filesystem\":\"ntfs\"", "\"filesystem\":\"none\"") == Exceptions{});
  CHECK(after("\"locator\":\"v\",\"offset\":0", "\"locator\":\"v\",\"offset\":512")
            .front()
            .find("its volume is not where the manifest says") != std::string::npos);
}

TEST_CASE("every finding on the shared images is confirmed, and its `locate` shows it") {
  const std::vector<SharedImage> images = shared_images();
  if (images.empty()) SKIP("the shared images are not there");
  for (const SharedImage& shared : images) {
    const TempDir folder;
    const std::filesystem::path path = unpack(shared, folder);
    SweepOptions options;
    if (!kSanitized) options.scope = everything();
    const std::string rules = "rule text { strings: $t = /[a-z]{5}/ condition: $t } "
                              "rule small { condition: filesize < 5KB }";
    const Swept swept = run_sweep(path, rules, options);
    const CheckedCase result = recheck_case(swept, path, rules);
    CAPTURE(shared.name);
    CHECK(result.exceptions == std::vector<std::string>{});
    if (Tsk::available())
      CHECK(check_locates(path, swept, kSanitized ? 20 : 400).wrong == std::vector<std::string>{});
    CHECK(result.counts.confirmed == swept.findings.size());
    CHECK(result.counts.judged ==
          static_cast<u64>(std::count_if(swept.findings.begin(), swept.findings.end(),
                                         [](const nlohmann::json& finding) {
                                           return !finding.at("rule").is_null() &&
                                                  !finding.at("hashes").at("sha256").is_null();
                                         })));
  }
}

TEST_CASE("verify --image says what differs, and exits accordingly") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 8_MiB});
  image.file("page.aspx", "coldsweep-marker" + std::string(5000, 'x'));
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kMarkerRule);
  const std::string of = swept.case_folder().string();
  const ToolResult good = run_program({"verify", of, "--image", path.string()});
  CHECK(good.status == 0);
  CHECK(good.out.find("1 finding confirmed, 0 differ, 0 not checkable") != std::string::npos);
  CHECK(good.out.find("Rules: not evaluated") != std::string::npos);
  const TempDir rules;
  const std::string same = write_text(rules / "elsewhere.yar", kMarkerRule).string();
  const ToolResult asked = run_program({"verify", of, "--image", path.string(), "-r", same});
  CHECK(asked.status == 0);
  CHECK(asked.out.find("Rules: evaluated again for 1 of them") != std::string::npos);
  const std::string others = write_text(rules / "other.yar", kEveryStream).string();
  const ToolResult refused = run_program({"verify", of, "--image", path.string(), "-r", others});
  CHECK(refused.status == 2);
  CHECK(refused.err.find("these are not the rules of the case") != std::string::npos);
  CHECK(run_program({"verify", of, "-r", same}).status == 2);

  std::string bytes = read_text(path);
  const u64 at = swept.findings.at(0).at("extents").at(0).at("media_offset").get<u64>();
  bytes[at] = 'C';
  const TempDir folder;
  const std::string edited = write_text(folder / "edited.raw", bytes).string();
  const ToolResult bad = run_program({"verify", of, "--image", edited});
  CHECK(bad.status == 3);
  CHECK(bad.out.find("DIFFERS: finding 1, v:/page.aspx (marker): the match of $m at offset 0") !=
        std::string::npos);
  const nlohmann::json json =
      nlohmann::json::parse(run_program({"verify", of, "--image", edited, "--json"}).out);
  CHECK(json.at("holds") == true);
  CHECK(json.at("image").at("differs") == 1);
  CHECK(json.at("image").at("exceptions").at(0).at("verdict") == "differs");
  const ToolResult other = run_program(
      {"verify", of, "--image", write_text(folder / "other.raw", bytes.substr(0, 1_MiB)).string()});
  CHECK(other.status == 2);
  CHECK(other.err.find("the image has 1048576 bytes, but that of the case has") !=
        std::string::npos);
}
