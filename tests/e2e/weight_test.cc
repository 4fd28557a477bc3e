// SPDX-License-Identifier: Apache-2.0
// The weight of a match depends on where it is, and an odd name is a finding of its own.
#include "manifest/seal.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/this_build.h"

#include "base/error.h"
#include "base/hash.h"

#include <fstream>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::string kShell = "coldsweep-marker-4711 as a page";
constexpr u64 kNoon = 132'591'600'000'000'000, kMinute = 600'000'000;
constexpr FileTimes kLater{kNoon + 900 * kMinute, kNoon, kNoon, kNoon};

/// Like a pack that an examiner brings: rules with their own scores, one of them too high, and one
/// without.
constexpr const char* kRules = R"(
rule marker { meta: score = 90 strings: $m = "coldsweep-marker-4711" condition: $m }
rule too_high { meta: score = 400 strings: $m = "coldsweep-marker-4711" condition: $m }
rule no_score { strings: $m = "coldsweep-marker-4711" condition: $m }
)";

void check_sums(const Swept& swept) {
  for (const nlohmann::json& finding : swept.findings) {
    int sum = 0;
    for (const nlohmann::json& why : finding.at("why")) sum += why.at("points").get<int>();
    CAPTURE(finding.dump());
    CHECK(sum == finding.at("score"));
    CHECK(finding.at("place").is_string());
  }
}

nlohmann::json of_rule(const Swept& swept, const std::string& path, const std::string& rule) {
  for (const nlohmann::json& f : swept.findings)
    if (f.at("path") == path && !f.at("rule").is_null() && f.at("rule").at("name") == rule)
      return f;
  return nullptr;
}

nlohmann::json anomaly(const Swept& swept, const std::string& path, const std::string& name) {
  for (const nlohmann::json& f : swept.findings)
    if (f.at("path") == path && !f.at("anomaly").is_null() && f.at("anomaly").at("name") == name)
      return f;
  return nullptr;
}

/// Folders of a server, with the same bytes in each.
NtfsImage server() {
  NtfsImage image;
  const std::string auth = "Exchange/FrontEnd/HttpProxy/owa/auth";
  for (const char* folder :
       {"inetpub", "inetpub/wwwroot", "Users", "Users/a", "Users/a/Downloads", "Users/a/Documents",
        "ProgramData", "ProgramData/COM1", "Exchange", "Exchange/FrontEnd",
        "Exchange/FrontEnd/HttpProxy", "Exchange/FrontEnd/HttpProxy/owa"})
    image.folder(folder);
  image.folder(auth);
  image.file("inetpub/wwwroot/a.aspx", kShell).times({kNoon, kNoon, kNoon, kNoon});
  image.file("inetpub/wwwroot/gone.aspx", kShell).times(kLater).deleted();
  image.file(auth + "/errorEE.aspx", kShell).times({kNoon + 5 * kMinute, kNoon, kNoon, kNoon});
  image.file("Users/a/Downloads/a.aspx", kShell).times(kLater);
  image
      .file("Users/a/Documents/hunt.yar",
            "rule a { strings: $a = \"" + kShell + "\" condition: $a }")
      .times(kLater);
  image.file("Users/a/Documents/notes.txt", "Condition: none\nStrings: " + kShell).times(kLater);
  image.file("ProgramData/COM1/web.aspx", kShell).times(kLater);
  return image;
}

} // namespace

TEST_CASE("the same bytes weigh more in a served folder than in Downloads, and stay below 40 in a "
          "rule file") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = server();
  const Swept swept = run_sweep(image.build(), kRules);
  check_sums(swept);
  const auto score = [&](const std::string& path, const std::string& rule) {
    const nlohmann::json found = of_rule(swept, path, rule);
    REQUIRE(!found.is_null());
    return found.at("score").get<int>();
  };
  const std::string exchange = "/Exchange/FrontEnd/HttpProxy/owa/auth/errorEE.aspx";
  CHECK(score("/inetpub/wwwroot/a.aspx", "marker") == 100);
  CHECK(score(exchange, "no_score") == 80); // 50 + 20 for the place, 5 for the name, 5 for the time
  CHECK(score("/Users/a/Downloads/a.aspx", "marker") ==
        80); // 90 - 15 for the place, and 5 for the time
  CHECK(score("/ProgramData/COM1/web.aspx", "marker") == 95);
  for (const char* rule : {"marker", "too_high", "no_score"}) {
    CHECK(score("/Users/a/Documents/hunt.yar", rule) < 40);
    CHECK(score("/Users/a/Documents/notes.txt", rule) < 40);
    CHECK(score("/Users/a/Downloads/a.aspx", rule) < score("/inetpub/wwwroot/a.aspx", rule) + 1);
  }
  const nlohmann::json high = of_rule(swept, "/Users/a/Downloads/a.aspx", "too_high");
  CHECK(high.at("score") == 90); // 400 counts as 100
  CHECK(of_rule(swept, "/Users/a/Documents/hunt.yar", "marker").at("place") == "rule_or_advisory");
  CHECK(of_rule(swept, exchange, "marker").at("place") == "exchange_http_proxy");
  CHECK(score("/inetpub/wwwroot/gone.aspx", "no_score") == 65);
}

TEST_CASE("a folder with a reserved name is a finding, its content is swept, and the case "
          "verifies") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = server();
  image.file("inetpub/dot.", "x");
  image.file("inetpub/CON.txt", kShell);
  image.folder("AUX").deleted();
  const Swept swept = run_sweep(image.build(), kRules);
  check_sums(swept);
  const nlohmann::json folder = anomaly(swept, "/ProgramData/COM1", "reserved_name");
  REQUIRE(!folder.is_null());
  CHECK(folder.at("kind") == "name");
  CHECK(folder.at("size") == 0);
  CHECK(folder.at("exported") == false);
  CHECK(folder.at("rule").is_null());
  CHECK(folder.at("score").get<int>() >= 60);
  CHECK(!of_rule(swept, "/ProgramData/COM1/web.aspx", "marker").is_null());
  CHECK(!anomaly(swept, "/inetpub/dot.", "trailing_dot_or_space").is_null());
  CHECK(!anomaly(swept, "/inetpub/CON.txt", "reserved_name").is_null());
  CHECK(!of_rule(swept, "/inetpub/CON.txt", "marker").is_null());
  const nlohmann::json gone = anomaly(swept, "/AUX", "reserved_name");
  REQUIRE(!gone.is_null());
  CHECK(gone.at("allocated") == false);

  require_balanced(swept);
  CHECK(!swept.result.incomplete);
  const Verification verification = verify_case(swept.case_folder());
  CHECK(verification.first_problem == std::nullopt);
  CHECK(verification.findings == swept.findings.size());
}

TEST_CASE(
    "odd names follow the scope: with allocated files alone, deleted folders are not reported") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.folder("AUX").deleted();
  image.folder("COM2");
  SweepOptions options;
  options.scope.deleted = false;
  const Swept swept = run_sweep(image.build(), kRules, options);
  CHECK(swept.paths() == std::vector<std::string>{"/COM2"});
}

TEST_CASE("a hidden IIS virtual directory is a finding beside those of rules, with its place in "
          "the media") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.folder("Windows");
  const std::string config =
      "<configuration><!-- " + kShell + std::string(4000, '.') + // too long to be resident
      " --><virtualDirectory path=\"/x\" physicalPath=\"C:\\ProgramData\\WHO\" /></configuration>";
  image.file("Windows/applicationHost.config", config);
  image.file("Windows/other.config", config);
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kRules);
  check_sums(swept);
  const nlohmann::json found =
      anomaly(swept, "/Windows/applicationHost.config", "hidden_virtual_directory");
  REQUIRE(!found.is_null());
  CHECK(found.at("kind") == "data");
  CHECK(found.at("exported") == true);
  CHECK(found.at("score") == 80); // 60, 15 for the name, 5 for the time
  CHECK(found.at("matches").at(0).at("offset") == config.find("<virtualDirectory"));
  CHECK(!found.at("matches").at(0).at("media_offset").is_null());
  CHECK(!of_rule(swept, "/Windows/applicationHost.config", "marker").is_null());
  CHECK(anomaly(swept, "/Windows/other.config", "hidden_virtual_directory").is_null());
  CHECK(verify_case(swept.case_folder()).first_problem == std::nullopt);
}

TEST_CASE("weighed findings, including those close in time, are byte-identical with any number of "
          "threads") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = server();
  for (u64 i = 0; i < 60; ++i)
    image.file("Users/a/Downloads/f" + std::to_string(i) + ".txt", kShell)
        .times({kNoon + i * 4 * kMinute, kNoon, kNoon, kNoon});
  const std::filesystem::path path = image.build();
  SweepOptions options;
  options.threads = 1;
  const std::string first = run_sweep(path, kRules, options).manifest;
  CHECK(first.find("created within 10 minutes of /inetpub/wwwroot/a.aspx") != std::string::npos);
  for (const u32 threads : {2u, 8u, 0u}) {
    options.threads = threads;
    CHECK(run_sweep(path, kRules, options).manifest == first);
  }
}

TEST_CASE(
    "the examiner's table of places replaces the built-in one, and its hash is in the manifest") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = server();
  const std::filesystem::path path = image.build();
  const TempDir folder;
  const std::string toml = "[reasons]\nno_score = 20\n[[place]]\nname = \"downloads\"\npoints = 7\n"
                           "paths = [\"/users/*/downloads/**\"]\n";
  std::ofstream(folder / "places.toml") << toml;
  SweepOptions options;
  options.places = folder / "places.toml";
  const Swept swept = run_sweep(path, kRules, options);
  check_sums(swept);
  CHECK(swept.case_record.at("options").at("places") == sha256_of(toml));
  const nlohmann::json found = of_rule(swept, "/Users/a/Downloads/a.aspx", "no_score");
  CHECK(found.at("place") == "downloads");
  CHECK(found.at("score") == 27);
  CHECK(of_rule(swept, "/inetpub/wwwroot/a.aspx", "no_score").at("score") == 20);

  std::ofstream(folder / "places.toml") << "[resaons]\n";
  CHECK_THROWS_AS(run_sweep(path, kRules, options), UsageError);
  options.places = folder / "none.toml";
  CHECK_THROWS_AS(run_sweep(path, kRules, options), UsageError);
}

TEST_CASE("the summary shows the highest first, with reasons, and how to judge them") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = server();
  const TempDir folder;
  std::ofstream(folder / "rules.yar") << kRules;
  const std::string out =
      must_run({kProgram, "sweep", image.build().string(), "-o", (folder / "case").string(), "-r",
                (folder / "rules.yar").string(), "--progress", "none"});
  const std::size_t web = out.find("/inetpub/wwwroot/a.aspx\n"),
                    download = out.find("/Users/a/Downloads/a.aspx\n"),
                    rule = out.find("/Users/a/Documents/hunt.yar\n");
  REQUIRE(rule != std::string::npos);
  CHECK(web < download);
  CHECK(download < rule);
  CHECK(out.find("reserved_name") != std::string::npos);
  CHECK(out.find("why: 90 the rule's own score, +15 place web_root") != std::string::npos);
  CHECK(out.find("of 80 or more") < web);
  CHECK(out.find("How to read this") > rule);
  CHECK(out.find("web_root, deleted") != std::string::npos);
}

TEST_CASE("`rules explain` prints the places with their points, and its table can be used") {
  const std::string out = must_run({kProgram, "rules", "explain"});
  for (const char* words : {"exchange_http_proxy", "**/frontend/httpproxy/**", "reserved_name",
                            "signature_database", "deleted"})
    CHECK(out.find(words) != std::string::npos);
  const TempDir folder;
  std::ofstream(folder / "mine.toml") << must_run({kProgram, "rules", "explain", "--toml"});
  const std::string mine =
      must_run({kProgram, "rules", "explain", "--places", (folder / "mine.toml").string()});
  CHECK(mine.substr(0, mine.find("\nTable: ")) == out.substr(0, out.find("\nTable: ")));
}
