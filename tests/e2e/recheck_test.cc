// SPDX-License-Identifier: Apache-2.0
// `verify --image`: every finding again from the media, and a changed byte named by the finding that it is in.
#include "base/file.h"
#include "image/image.h"
#include "recheck/recheck.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kMarkerRule = R"(
rule marker { strings: $m = "coldsweep-marker" condition: $m }
rule sized { strings: $m = "coldsweep-marker" condition: $m at 0 and filesize < 100 })";

Scope everything() {
  Scope scope;
  scope.slack = scope.unallocated = scope.system = true;
  return scope;
}

struct Against {
  RecheckCounts counts;
  std::vector<std::string> exceptions; ///< verdict, name of the finding, why
};

Against against(const Swept& swept, const std::filesystem::path& image) {
  const report::SealedCase sealed(swept.case_folder());
  Against result;
  result.counts =
      recheck(sealed, swept.case_folder(), open_image({image}),
              [&](const report::FindingRow& finding, const Rechecked& checked) {
                if (checked.verdict == Recheck::confirmed) return;
                result.exceptions.push_back(fmt::format(
                    "{} {}: {}", checked.verdict == Recheck::differs ? "differs" : "not checkable",
                    report::full_name(finding), checked.why));
              });
  return result;
}

/// Files of every form that content has on a volume.
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
  image.file("host.txt", "nothing").stream("hidden.aspx", marker + std::string(3000, 's'));
  image.file("site.zip",
             make_archive("zip", {{"in.zip", make_archive("zip", {{"a/page.aspx", marker}})},
                                  {"filler", std::string(20'000, 'f')}}));
  if (can_compress_wof())
    image.wof_file("wof.dll", marker + std::string(300'000, 'w') + marker, Encoding::wof_lzx);
  return image;
}

} // namespace

TEST_CASE("every finding of every form is confirmed from the media") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = varied();
  const std::filesystem::path path = image.build();
  SweepOptions options;
  options.scope = everything();
  const Swept swept = run_sweep(path, kMarkerRule, options);
  const Against result = against(swept, path);
  CHECK(result.exceptions == std::vector<std::string>{});
  CHECK(result.counts.confirmed == swept.findings.size());
  CHECK(result.counts.confirmed >= 12);
}

TEST_CASE(
    "a byte that was changed in the image is found in the finding that has it, and in no other") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = varied();
  const std::filesystem::path path = image.build();
  const Swept swept =
      run_sweep(path, "rule marker { strings: $m = \"coldsweep-marker\" condition: $m }");
  REQUIRE(against(swept, path).counts.differs == 0);
  const std::string bytes = read_text(path);
  for (const nlohmann::json& finding : swept.findings) {
    const bool member = !finding.at("member").is_null();
    const nlohmann::json& extents = finding.at("extents");
    const nlohmann::json& extent = member ? extents.front() : extents.back();
    // Of an archive the first member has the finding; of a compressed file a letter of the
    // fourth chunk is taken, each being six bytes: most of the cluster is not used.
    const u64 within = member                              ? 90
                       : finding.at("encoding") == "lznt1" ? 21
                                                           : extent.at("length").get<u64>() / 2;
    const u64 at = extent.at("media_offset").get<u64>() + within;
    std::string edited = bytes;
    edited[at] = static_cast<char>(edited[at] ^ 0x20);
    const TempDir folder;
    const Against result = against(swept, write_text(folder / "edited.raw", edited));
    const std::string name = finding.at("path").get<std::string>();
    CAPTURE(name, result.exceptions, at);
    REQUIRE(result.exceptions.size() == 1);
    CHECK(result.exceptions.front().starts_with("differs " + name));
  }
}

TEST_CASE("every finding on the shared images is confirmed") {
  const std::vector<SharedImage> images = shared_images();
  if (images.empty()) SKIP("the shared images are not there");
  for (const SharedImage& shared : images) {
    const TempDir folder;
    const std::filesystem::path path = unpack(shared, folder);
    SweepOptions options;
    if (!kSanitized) options.scope = everything();
    const Swept swept = run_sweep(path,
                                  "rule text { strings: $t = /[a-z]{5}/ condition: $t } "
                                  "rule small { condition: filesize < 5KB }",
                                  options);
    const Against result = against(swept, path);
    CAPTURE(shared.name);
    CHECK(result.exceptions == std::vector<std::string>{});
    CHECK(result.counts.confirmed == swept.findings.size());
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
  CHECK(good.out.find("1 findings confirmed, 0 differ, 0 not checkable") != std::string::npos);
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
  CHECK(other.err.find("an image of 1048576 bytes, but the case is of one of") !=
        std::string::npos);
}
