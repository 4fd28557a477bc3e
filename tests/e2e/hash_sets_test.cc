// SPDX-License-Identifier: Apache-2.0
// Hash sets in a sweep: bad content is a finding, good content is skipped and counted, known
// content is tagged, and a stranger in a web folder of Exchange is found without any rule.
#include "support/catch.h"
#include "support/hash_all.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/sources.h"
#include "support/this_build.h"

#include "base/file.h"
#include "manifest/sqlite.h"

#include <array>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

const std::string kMarker = "coldsweep-marker-4711";
// Small files are in the $MFT too.
constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-4711\" condition: $m and filesize < 1000 }";
constexpr const char* kNoRule = "rule never { condition: false }";
const std::string kExchange = "Program Files/Microsoft/Exchange Server/V15/";

fs::path write(const TempDir& folder, const std::string& name, const std::string& text) {
  File file = File::create(folder / name);
  file.append(bytes_of(text));
  return folder / name;
}

fs::path nsrl(const TempDir& folder, const std::string& content) {
  const fs::path path = write(folder, "rds.db", "");
  const Hashes h = hash_all(bytes_of(content));
  Database(path).run(fmt::format(R"(
    CREATE TABLE FILE (sha256, sha1, md5, crc32, file_name, file_size, package_id,
      PRIMARY KEY (sha256, sha1, md5, file_name, file_size, package_id));
    INSERT INTO FILE VALUES (upper('{}'), upper('{}'), upper('{}'), '', 'psexec.exe', 1, 5);)",
                                 h.sha256, h.sha1, h.md5)
                         .c_str());
  return path;
}

void check_verified(const Swept& swept) {
  const Verification verified = verify_case(swept.case_folder());
  CAPTURE(verified.first_problem.value_or(""));
  CHECK(!verified.first_problem);
}

} // namespace

TEST_CASE("a stream with a known bad hash is a finding with its copy, even if no rule matches") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("a/tool.exe", "dropped tool").stream("hidden", "dropped in a stream");
  image.file("a/empty.txt");
  image.file("b.txt", "harmless");
  const TempDir folder;
  SweepOptions options;
  options.known_bad = {write(folder, "iocs.txt",
                             hash_all(bytes_of(std::string_view("dropped tool"))).md5 +
                                 ";a dropped tool\n" + sha256_of("dropped in a stream") + "\n" +
                                 sha256_of(std::string_view()) + "\n")};
  const Swept swept = run_sweep(image.build(), kNoRule, options);
  require_balanced(swept);
  check_verified(swept);
  CHECK(swept.paths() == std::vector<std::string>{"/a/tool.exe", "/a/tool.exe:hidden"});
  const nlohmann::json f = swept.finding("/a/tool.exe");
  CHECK(f.at("rule").is_null());
  CHECK(f.at("hash_set") ==
        nlohmann::json{{"name", "iocs.txt"},
                       {"entry", "md5:" + f.at("hashes").at("md5").get<std::string>()},
                       {"note", "a dropped tool"}});
  CHECK(f.at("hashes").at("sha256") == sha256_of("dropped tool"));
  CHECK(f.at("exported") == true);
  CHECK(f.at("known").is_null());
  const nlohmann::json& sets = swept.case_record.at("hash_sets");
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].at("name") == "iocs.txt");
  CHECK(sets[0].at("role") == "known_bad");
  CHECK(sets[0].at("sha256") == sha256_of(read_text(folder / "iocs.txt")));
  CHECK(!swept.result.incomplete);
}

TEST_CASE("known good streams are not scanned, are counted as such, and leave the sweep complete") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("good.txt", kMarker + " good");
  image.file("both.txt", kMarker + " both");
  image.file("new.txt", kMarker + " new");
  const TempDir folder;
  SweepOptions options;
  options.known_good = {write(folder, "good.txt",
                              sha256_of(kMarker + " good") + "\n" + sha256_of(kMarker + " both"))};
  options.known_bad = {write(folder, "bad.txt", sha256_of(kMarker + " both"))};
  const Swept swept = run_sweep(image.build(), kMarkerRule, options);
  require_balanced(swept);
  check_verified(swept);
  CHECK(swept.paths() == std::vector<std::string>{"/both.txt", "/both.txt", "/new.txt"});
  CHECK(swept.coverage.at(0).at("skipped_by") ==
        nlohmann::json{{"known_good", kMarker.size() + 5}});
  CHECK(swept.coverage.at(0).at("streams").at("skipped") == 1);
  CHECK(!swept.result.incomplete);
}

TEST_CASE("a stream that NSRL knows is scanned and tagged, and skipped only if requested") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("psexec.exe", kMarker);
  image.file("new.exe", kMarker + "2");
  const TempDir folder;
  SweepOptions options;
  options.known_good = {nsrl(folder, kMarker)};
  const fs::path path = image.build();
  const Swept tagged = run_sweep(path, kMarkerRule, options);
  CHECK(tagged.paths() == std::vector<std::string>{"/new.exe", "/psexec.exe"});
  CHECK(tagged.finding("/psexec.exe").at("known") ==
        nlohmann::json{{"set", "rds.db"}, {"entry", "psexec.exe (package 5)"}});
  CHECK(tagged.finding("/new.exe").at("known").is_null());
  CHECK(tagged.result.seal->bytes.skipped == 0);

  options.skip_known = true;
  const Swept skipped = run_sweep(path, kMarkerRule, options);
  require_balanced(skipped);
  CHECK(skipped.paths() == std::vector<std::string>{"/new.exe"});
  CHECK(skipped.coverage.at(0).at("skipped_by") == nlohmann::json{{"known", kMarker.size()}});
  CHECK(!skipped.result.incomplete);
  CHECK(skipped.case_record.at("options").at("skip_known") == "yes");
}

TEST_CASE("on a server of 500 shipped files exactly the five strangers are found, with any number "
          "of threads") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 32_MiB});
  std::string list = "sha256,first_build,last_build,occurrences,path\n";
  const auto shipped = [&](const std::string& listed, const std::string& path) {
    const std::string content = "stands in for " + path;
    image.file(kExchange + path, content);
    list += sha256_of(content) + ",15.2.196.0,15.2.858.5,3," + listed + "\n";
  };
  constexpr std::array kTypes{"aspx", "js", "css", "config", "ascx", "dll", "png", "ashx"};
  for (int i = 0; i < 500; ++i) {
    const std::string name =
        fmt::format("file{}.{}", i, kTypes.at(static_cast<std::size_t>(i) % kTypes.size()));
    switch (i % 5) {
    case 0:
      shipped("FrontEnd/HttpProxy/owa/auth/" + name, "FrontEnd/HttpProxy/owa/auth/" + name);
      break;
    case 1: shipped("ClientAccess/ecp/" + name, "ClientAccess/ecp/" + name); break;
    case 2:
      shipped("FrontEnd/HttpProxy/owa/auth/version/themes/" + name,
              "FrontEnd/HttpProxy/owa/auth/15.2.858/themes/" + name);
      break;
    case 3:
      shipped("owa/prem/15.2.196.0/" + name, "ClientAccess/owa/prem/15.2.858.5/" + name);
      break;
    default: shipped("ClientAccess/owa/bin/" + name, "ClientAccess/owa/bin/" + name);
    }
  }
  image.file(kExchange + "FrontEnd/HttpProxy/owa/auth/errorEE.aspx", "stranger 1");
  image.file(kExchange + "FrontEnd/HttpProxy/owa/auth/file0.aspx.old.ashx", "stranger 2").deleted();
  image.file(kExchange + "ClientAccess/owa/auth/discover.aspx", "stranger 3");
  image.file("inetpub/wwwroot/aspnet_client/system_web/load.aspx", "stranger 4");
  image.file(kExchange + "FrontEnd/HttpProxy/owa/auth/web.config", "written by setup");
  image.file(kExchange + "FrontEnd/HttpProxy/owa/auth/empty.aspx");
  image.file("inetpub/wwwroot/iisstart.htm", "welcome");
  // A shipped name with other content.
  image.file(kExchange + "FrontEnd/HttpProxy/ecp/auth/TimeoutLogout.aspx", "stranger 5");
  list += sha256_of("the real one") +
          ",15.0.516.32,15.2.858.5,9,FrontEnd/HttpProxy/ecp/auth/TimeoutLogout.aspx\n";

  const TempDir folder;
  SweepOptions options;
  options.known_good = {write(folder, "exchange.csv", list)};
  const fs::path path = image.build();
  const Swept swept = run_sweep(path, kNoRule, options);
  require_balanced(swept);
  check_verified(swept);
  REQUIRE(swept.findings.size() == 5);
  const auto entry = [&](const std::string& found) -> std::string {
    return swept.finding(found).at("hash_set").at("entry");
  };
  const std::string root = "/" + kExchange;
  CHECK(entry(root + "FrontEnd/HttpProxy/owa/auth/errorEE.aspx") == kUnknownInWebRoot);
  CHECK(entry(root + "FrontEnd/HttpProxy/owa/auth/file0.aspx.old.ashx") == kUnknownInWebRoot);
  CHECK(entry(root + "ClientAccess/owa/auth/discover.aspx") == kUnknownInWebRoot);
  CHECK(entry("/inetpub/wwwroot/aspnet_client/system_web/load.aspx") == kUnknownInWebRoot);
  CHECK(entry(root + "FrontEnd/HttpProxy/ecp/auth/TimeoutLogout.aspx") == kForeignContent);
  CHECK(swept.findings[0].at("exported") == true);
  CHECK(swept.coverage.at(0).at("streams").at("skipped") == 500);
  CHECK(swept.result.seal->findings_by_cause.at("unknown_in_web_root") == 4);
  CHECK(!swept.result.incomplete);
  for (const u32 threads : {1u, 2u, 8u}) {
    options.threads = threads;
    CHECK(run_sweep(path, kNoRule, options).manifest == swept.manifest);
  }
}

TEST_CASE("content that could not be read completely is not judged by hash, but a stranger is "
          "still found by name") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  const std::string folder_of_pages = "x/FrontEnd/HttpProxy/owa/auth/";
  image.file(folder_of_pages + "a.aspx", pattern(20000, 1));
  image.file(folder_of_pages + "b.aspx", pattern(20000, 2));
  image.file("bad.bin", pattern(20000, 3));
  const std::string bytes = read_text(image.build());
  const TempDir folder;
  SweepOptions options;
  options.known_bad = {write(folder, "bad.txt", sha256_of(pattern(20000, 3).bytes()))};
  options.known_good = {
      write(folder, "list.csv",
            "path,sha256,first_build,last_build\nFrontEnd/HttpProxy/owa/auth/a.aspx," +
                sha256_of("shipped") + ",15.2.1.0,15.2.2.0\n")};
  const auto source = std::make_shared<MemorySource>(bytes);
  const Swept whole = run_sweep(source, kNoRule, options);
  REQUIRE(whole.findings.size() == 3);
  const auto faulty = std::make_shared<FaultySource>(source);
  for (const nlohmann::json& finding : whole.findings)
    faulty->unreadable(finding.at("extents").at(0).at("media_offset").get<u64>() + 4096, 512);
  const Swept swept = run_sweep(faulty, kNoRule, options);
  require_balanced(swept);
  check_verified(swept);
  CHECK(swept.paths() == std::vector<std::string>{"/" + folder_of_pages + "b.aspx"});
  CHECK(swept.result.incomplete);
}

TEST_CASE("bad hashes and Exchange's files are built in, unless the sweep is told to do without") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file(kExchange + "FrontEnd/HttpProxy/owa/auth/OutlookEN.aspx", "a stranger");
  const fs::path path = image.build();
  const TempDir folder;
  const auto sweep_into = [&](const std::string& name, std::vector<std::string> options) {
    std::vector<std::string> command{kProgram, "sweep", path.string(), "-o",
                                     (folder / name).string()};
    command.insert(command.end(), options.begin(), options.end());
    return run_tool(command);
  };
  const ToolResult with = sweep_into("with", {"--fail-on-match"});
  CHECK(with.status == 1);
  CHECK_THAT(with.out, Catch::Matchers::ContainsSubstring("unknown_in_web_root"));
  CHECK(sweep_into("without", {"--fail-on-match", "--no-builtin-hash-sets"}).status == 0);

  const ToolResult wrong =
      sweep_into("wrong", {"--known-bad", write(folder, "prose", "no hash here\n").string()});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, Catch::Matchers::ContainsSubstring("prose"));
  CHECK(!fs::exists(folder / "wrong"));
}
