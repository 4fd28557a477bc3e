// SPDX-License-Identifier: Apache-2.0
// A check that comes to a limit of its own says so. It never reports that the finding differs.
#include "base/file.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/mft_patch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/recheck_case.h"
#include "support/run_sweep.h"
#include "support/temp_dir.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* kRule = "rule marker { strings: $m = \"coldsweep-marker\" condition: $m }";

CheckedCase check(const Swept& swept, const std::filesystem::path& image,
                  const RecheckLimits& limits) {
  return recheck_case(swept, image, kRule, limits);
}

/// A page and its copies: in an archive, in an archive in it, and compressed by NTFS and WOF.
struct Pages {
  NtfsImage image{{.size = 24_MiB}};
  std::filesystem::path path;
  Swept swept;

  Pages() {
    const std::string page = "coldsweep-marker" + std::string(150'000, 'p');
    const std::string archive = make_archive("zip", {{"page.aspx", page}});
    image.file("page.aspx", page);
    image.file("compressed.aspx", page).compressed();
    image.file("site.zip", archive);
    image.file("nested.zip", make_archive("zip", {{"site.zip", archive}}));
    if (can_compress_wof()) image.wof_file("wof.dll", page, Encoding::wof_lzx);
    path = image.build();
    swept = run_sweep(path, kRule);
    REQUIRE(check(swept, path, {}).counts.confirmed == swept.findings.size());
  }
};

} // namespace

TEST_CASE("no limit of a check makes a finding differ") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Pages of;
  const auto with = [&](auto change) {
    RecheckLimits limits;
    change(limits);
    return check(of.swept, of.path, limits);
  };
  const std::vector<std::pair<CheckedCase, std::string>> results{
      {with([](RecheckLimits& l) { l.time = std::chrono::seconds(0); }),
       "not all of its archive was looked at: the time for one stream was over"},
      {with([](RecheckLimits& l) { l.archives.members = 0; }), "more than 0 members"},
      {with([](RecheckLimits& l) { l.archives.total_bytes = 1000; }), "more than 1000 bytes"},
      {with([](RecheckLimits& l) { l.archives.member_bytes = 1000; }),
       "the member is larger than 1000 bytes"},
      {with([](RecheckLimits& l) { l.held = 100; }), "its archive is larger than 100 bytes"},
      {with([](RecheckLimits& l) { l.volumes = 0; }),
       "its MFT record was not compared: the manifest leads to more than 0 volumes"},
  };
  for (const auto& [result, words] : results) {
    INFO(result.said);
    CHECK_THAT(result.said, ContainsSubstring(words));
    CHECK(result.counts.differs == 0);
    CHECK(result.counts.confirmed + result.counts.not_checkable == of.swept.findings.size());
  }
  if (!can_compress_wof()) return;
  const CheckedCase decoded = with([](RecheckLimits& l) { l.decoded = 1000; });
  CHECK_THAT(decoded.said, ContainsSubstring("wof.dll: it is compressed through WOF, and larger"));
  CHECK(decoded.counts.not_checkable == 1);
  CHECK(decoded.counts.differs == 0);
}

TEST_CASE("within the limits, a member that isn't in its archive any more differs") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Pages of;
  std::string manifest = of.swept.manifest;
  for (const nlohmann::json& finding : of.swept.findings) {
    if (finding.at("member").is_null()) continue;
    const std::string digest = finding.at("hashes").at("sha256");
    for (std::size_t at = 0; (at = manifest.find(digest, at)) != std::string::npos; ++at)
      manifest[at] = manifest[at] == '0' ? '1' : '0';
  }
  write_text(of.swept.case_folder() / "manifest.jsonl", manifest);
  const CheckedCase result = check(of.swept, of.path, {});
  INFO(result.said);
  CHECK_THAT(result.said, ContainsSubstring("no member of that name has the stated hashes"));
  CHECK(result.counts.not_checkable == 0);
}

TEST_CASE("content in compression units of any number of clusters is confirmed") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB, .cluster = 2048});
  image.file("page.aspx", "coldsweep-marker" + std::string(131'000, 'p')).compressed();
  image
      .file("site.zip", make_archive("zip", {{"page.aspx", "coldsweep-marker"},
                                             {"filler.txt", std::string(150'000, 'f')}}))
      .compressed();
  std::string volume = read_text(image.build());
  const u64 page = image.written("page.aspx").record, site = image.written("site.zip").record;
  for (const u64 exponent : {1, 2, 3, 4, 5}) {
    for (const u64 record : {page, site}) {
      const u64 data = attribute_offset(volume, record, 0x80).value();
      set_field(volume, data + 0x22, exponent, 2);
    }
    const TempDir folder;
    const std::filesystem::path path = write_text(folder / "edited.raw", volume);
    const Swept swept = run_sweep(path, kRule);
    const CheckedCase result = check(swept, path, {});
    CAPTURE(exponent, result.said, swept.paths());
    CHECK(result.counts.differs == 0);
    CHECK(result.counts.confirmed == swept.findings.size());
    CHECK(swept.findings.size() >= 1);
  }
}

TEST_CASE("content is confirmed although some of it could not be read or decompressed") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 24_MiB});
  const std::string page = "coldsweep-marker" + std::string(150'000, 'p');
  image.file("long.aspx", page);
  image.file("compressed.aspx", page).compressed();
  if (can_compress_wof()) image.wof_file("wof.dll", page, Encoding::wof_xpress4k);
  std::string volume = read_text(image.build());
  const Swept whole = run_sweep(image.build(), kRule);
  const auto place = [&](const char* path, u64 extent) {
    return whole.finding(path).at("extents").at(extent).at("media_offset").get<u64>();
  };
  const u64 lost = place("/long.aspx", 0) + 4096;
  volume.replace(lost, 1024, 1024, '!'); // what ddrescue wrote in place of a bad sector
  set_field(volume, place("/compressed.aspx", 1), 0x0FFF, 2);
  if (can_compress_wof()) volume.replace(place("/wof.dll", 0) + 1000, 200, 200, '\xFF');
  const TempDir folder;
  const std::filesystem::path path = write_text(folder / "edited.raw", volume);
  SweepOptions options;
  options.ddrescue_map = write_text(
      folder / "map", fmt::format("0x0 + 1\n0x0 0x{0:X} +\n0x{0:X} 0x400 -\n0x{1:X} 0x{2:X} +\n",
                                  lost, lost + 1024, volume.size() - lost - 1024));
  const Swept swept = run_sweep(path, kRule, options);
  CHECK(swept.issues_of_kind("unreadable") >= 1);
  CHECK(swept.issues_of_kind("malformed") >= 1);
  const CheckedCase result = check(swept, path, {});
  CAPTURE(result.said, swept.issues, swept.paths());
  CHECK(result.counts.differs == 0);
  CHECK(result.counts.confirmed == swept.findings.size());
  CHECK(swept.findings.size() == whole.findings.size());

  volume[place("/compressed.aspx", 0) + 10] ^= 0x20; // in what could be decompressed
  const CheckedCase changed = check(swept, write_text(folder / "changed.raw", volume), {});
  CHECK(changed.counts.differs == 1);
}
