// SPDX-License-Identifier: Apache-2.0
// Members of archives are examined like files. What can't be opened, or is too much, is reported.
#include "base/file.h"
#include "support/archive_forms.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/ntfs_image.h"
#include "support/peak_memory.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

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

TEST_CASE("a marker in an archive in an archive has its member, its hashes and no media offset") {
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
  CHECK(run_tool({kProgram, "verify", swept.case_folder().string()}).status == 0);
}

TEST_CASE("bombs and mazes cost an issue each, but no finding") {
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
  SweepOptions options;
  options.timeout_seconds = 3600; // only the other limits are tested, however slow the machine
  const Swept swept = run_sweep(image.build(), kMarkerRule, options);
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

TEST_CASE("a gzip file that contains itself, or is nested in forty others, ends in an issue") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const auto wrapped = [](int levels) {
    std::string content = kMarker;
    for (int level = 0; level < levels; ++level)
      content = make_archive("raw", {{"x", content}}, "gzip");
    return content;
  };
  NtfsImage image({.size = 16_MiB});
  image.file("few.gz", wrapped(4));
  image.file("forty.gz", wrapped(40));
  image.file("quine.gz", make_gzip_quine());
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  REQUIRE(swept.findings.size() == 1);
  CHECK(swept.findings.at(0).at("path") == "/few.gz");
  std::set<std::string> of;
  for (const nlohmann::json& issue : swept.issues) of.insert(issue.at("path").get<std::string>());
  CHECK(of == std::set<std::string>{"/forty.gz", "/quine.gz"});
  CHECK(swept.issues.size() == 2);
}

TEST_CASE("an attachment in a message has its member, its hashes and its findings") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  // "coldsweep-marker-4713" in base64, and nowhere else.
  image.file("Exchange/Pickup/queued",
             "From: a@example.com\r\nMIME-Version: 1.0\r\n"
             "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee below\r\n--b\r\n"
             "Content-Type: text/plain; name=page.aspx\r\nContent-Transfer-Encoding: base64\r\n\r\n"
             "Y29sZHN3ZWVwLW1hcmtlci00NzEz\r\n--b--\r\n");
  const Swept swept = run_sweep(image.build(), kMarkerRule);
  CHECK(swept.issues.empty());
  REQUIRE(swept.findings.size() == 1);
  const nlohmann::json& f = swept.findings.at(0);
  CHECK(f.at("path") == "/Exchange/Pickup/queued");
  CHECK(f.at("member") == "page.aspx");
  CHECK(f.at("hashes").at("sha256") == sha256_of(kMarker));
}

TEST_CASE("bombs take no more memory than --memory allows") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (kSanitized) SKIP("sanitizers keep what is freed");
  if (!have_tool("python3")) SKIP("no python3 to measure with");
  const auto peak_of = [](int status,
                          const std::vector<std::pair<std::string, std::string>>& files) -> u64 {
    NtfsImage image({.size = 128_MiB});
    for (const auto& [name, content] : files) image.file(name, content);
    const TempDir folder;
    const std::filesystem::path rules = folder / "rules.yar";
    write_text(rules, kMarkerRule);
    const MeasuredRun swept =
        run_measured({"sweep", image.build().string(), "-o", (folder / "case").string(), "--rules",
                      rules.string(), "--memory", "64MiB", "-t", "2", "--progress", "none"});
    CAPTURE(swept.err);
    CHECK(swept.status == status);
    return swept.peak_bytes;
  };
  std::mt19937 random(1);
  std::string noise(3_MiB, '\0'); // a larger stream may grow to more
  for (char& c : noise) c = static_cast<char>(random());
  std::string levels = std::string(128_MiB, '\0');
  std::vector<std::pair<std::string, std::string>> bombs;
  for (int i = 0; i < 3; ++i) {
    levels = make_archive("zip", {{"noise", noise}, {"next.zip", levels}});
    bombs.emplace_back("bomb" + std::to_string(i) + ".zip", levels);
    bombs.emplace_back(
        "bomb" + std::to_string(i) + ".7z",
        make_archive("7zip", {{"noise", noise}, {"zeros", std::string(100_MiB, '\0')}}));
  }
  const u64 plain = peak_of(0, {{"plain.txt", kMarker}}), with_bombs = peak_of(3, bombs);
  INFO("plain " << plain << ", with bombs " << with_bombs);
  CHECK(with_bombs < plain + 2 * 64_MiB);
}
