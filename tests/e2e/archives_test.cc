// SPDX-License-Identifier: Apache-2.0
// Members of archives are examined as files are; what can't be opened, or is too much, is said.
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"

#include <algorithm>
#include <fstream>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kMarkerRule = R"(
rule marker { strings: $m = "coldsweep-marker-4713" condition: $m and filesize < 100 }
rule by_name { condition: filename == "page.aspx" and filepath contains "inner.zip" })";
const std::string kMarker = "coldsweep-marker-4713";

std::string nested(const std::string& core, const std::string& name, int levels) {
  std::string content = core;
  std::string of = name;
  for (int level = 0; level < levels; ++level) {
    content = make_archive("zip", {{of, content}});
    of = "level.zip";
  }
  return content;
}

} // namespace

TEST_CASE(
    "a marker in an archive in an archive has its member, its hashes and no place in the media") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string inner = make_archive("zip", {{"web/page.aspx", kMarker}, {"other", "x"}});
  NtfsImage image({.size = 16_MiB});
  image.file("backup/site.dat", make_archive("7zip", {{"inner.zip", inner}}));
  image.file("plain.txt", kMarker);
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kMarkerRule);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  std::vector<std::string> rules;
  for (const nlohmann::json& f : swept.findings) {
    if (f.at("path") == "/plain.txt") {
      CHECK(f.at("member").is_null());
      continue;
    }
    CHECK(f.at("path") == "/backup/site.dat");
    CHECK(f.at("member") == "inner.zip!/web/page.aspx");
    CHECK(f.at("kind") == "data");
    CHECK(f.at("size") == kMarker.size());
    CHECK(f.at("hashes").at("sha256") == sha256_of(kMarker));
    CHECK(f.at("exported") == true);
    for (const nlohmann::json& match : f.at("matches")) {
      CHECK(match.at("offset") == 0);
      CHECK(match.at("media_offset").is_null());
    }
    rules.push_back(f.at("rule").at("name"));
  }
  CHECK(rules == std::vector<std::string>{"by_name", "marker"});

  SweepOptions without;
  without.scope.archives = false;
  CHECK(run_sweep(path, kMarkerRule, without).findings.size() == 1);
  SweepOptions unfiltered;
  unfiltered.prefilter = false;
  CHECK(run_sweep(path, kMarkerRule, unfiltered).manifest == swept.manifest);
  CHECK(run_tool({COLDSWEEP_BINARY, "verify", swept.case_folder().string()}).status == 0);
}

TEST_CASE("bombs and mazes cost an issue each, and nothing that was found") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 64_MiB});
  image.file("kept.txt", kMarker);
  image.file("deep.zip", nested(kMarker, "deep.txt", 9));
  image.file("bomb.zip",
             make_archive("zip", {{"first.txt", kMarker}, {"zeros", std::string(80_MiB, '\0')}}));
  image.file("members.zip", make_zip_of_empty_members(250'000));
  image.file("locked.zip", make_archive("zip", {{"page.aspx", kMarker}}, "none", "infected"));
  std::string cut = make_archive("pax", {{"first.txt", kMarker}, {"cut", std::string(9000, 'x')}});
  cut.resize(5000);
  image.file("cut.tar", cut);
  // A maze: each of ten archives holds ten more.
  std::string maze = "x";
  for (int level = 0; level < 4; ++level) {
    Members doors;
    for (int door = 0; door < 10; ++door) doors.emplace_back(std::to_string(door) + ".zip", maze);
    maze = make_archive("zip", doors);
  }
  image.file("maze.zip", maze);
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  require_balanced(swept);
  std::vector<std::string> found;
  for (const nlohmann::json& f : swept.findings)
    found.push_back(f.at("path").get<std::string>() +
                    (f.at("member").is_null() ? "" : "!/" + f.at("member").get<std::string>()));
  std::sort(found.begin(), found.end());
  CHECK(found ==
        std::vector<std::string>{"/bomb.zip!/first.txt", "/cut.tar!/first.txt", "/kept.txt"});
  CHECK(swept.has_issue("nested more than 6 deep", "over_limit"));
  CHECK(swept.has_issue("times its size", "over_limit"));
  CHECK(swept.has_issue("more than 200000 members", "over_limit"));
  CHECK(swept.has_issue("1 of 1 members are encrypted, the first page.aspx", "encrypted"));
  CHECK(swept.has_issue("cut", "malformed"));
  CHECK(swept.result.incomplete);
}

TEST_CASE("a gzip file within forty others ends in an issue; within a few it is opened") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const auto wrapped = [](int levels) {
    std::string content = kMarker;
    for (int level = 0; level < levels; ++level)
      content = make_archive("raw", {{"x", content}}, "gzip");
    return content;
  };
  NtfsImage image({.size = 16_MiB});
  image.file("few.gz", wrapped(4));
  image.file("forty.gz", wrapped(40)); // a file that decompresses to itself costs as much
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  REQUIRE(swept.findings.size() == 1);
  CHECK(swept.findings.at(0).at("path") == "/few.gz");
  REQUIRE(swept.issues.size() == 1);
  CHECK(swept.issues.at(0).at("path") == "/forty.gz");
}
