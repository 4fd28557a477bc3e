// SPDX-License-Identifier: Apache-2.0
// Logs are judged record by record. Each test shows what goes wrong when a log is scanned as a
// whole file, and what record mode says instead. The same rule under another tag proves that it
// goes wrong.
#include "base/error.h"
#include "base/file.h"
#include "manifest/seal.h"
#include "support/catch.h"
#include "support/evtx_writer.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/sources.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::string kIisHeader =
    "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
    "#Date: 2021-03-03 00:00:00\r\n"
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query sc-status\r\n";

std::string iis_line(const std::string& time, const std::string& request,
                     const std::string& status) {
  return "2021-03-03 " + time + " 10.0.0.1 " + request + " " + status + " 0 0\r\n";
}

Swept sweep_file(const std::string& path, const std::string& content, const std::string& rules,
                 SweepOptions options = {}) {
  NtfsImage image;
  std::string folder;
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
    image.folder(path.substr(0, at));
  image.file(path, content);
  Swept swept = run_sweep(image.build(), rules, std::move(options));
  require_balanced(swept);
  return swept;
}

/// The rule with its tag, `log` or another.
std::string rule(const std::string& tag, const std::string& body) {
  return "rule r : " + tag + " { " + body + " }";
}

std::vector<u64> lines_of(const Swept& swept) {
  std::vector<u64> lines;
  for (const nlohmann::json& f : swept.findings)
    lines.push_back(f.at("log").is_null() ? 0 : f.at("log").at("line").get<u64>());
  return lines;
}

std::string unhex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

/// Every match of every finding is in the content where it says.
void check_offsets(const Swept& swept, const std::string& content) {
  for (const nlohmann::json& f : swept.findings)
    for (const nlohmann::json& m : f.at("matches")) {
      const std::string data = unhex(m.at("data"));
      CHECK(content.substr(m.at("offset"), data.size()) == data);
    }
}

} // namespace

TEST_CASE("another line's 404 doesn't silence a rule about a successful request") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string log =
      kIisHeader +
      iis_line("04:05:06", "GET /autodiscover/autodiscover.json a@b.c/powershell", "200") +
      iis_line("04:05:07", "GET /favicon.ico -", "404");
  const std::string body =
      "strings: $a = /autodiscover\\.json[^\\n]{1,99}powershell/ nocase $ok = \" 200 \" "
      "$fp = \" 404 \" condition: $a and $ok and not $fp";
  CHECK(sweep_file("u_ex210303.log", log, rule("whole", body)).findings.empty());
  const Swept swept = sweep_file("u_ex210303.log", log, rule("LOG", body));
  REQUIRE(swept.findings.size() == 1);
  const nlohmann::json& finding = swept.findings.front();
  CHECK(finding.at("log").at("line") == 5);
  CHECK(finding.at("log").at("time") == "2021-03-03T04:05:06Z");
  CHECK(finding.at("matches").size() == 2);
  CHECK(!finding.at("matches").at(0).at("media_offset").is_null());
  CHECK(finding.at("exported") == true);
  check_offsets(swept, log);
}

TEST_CASE("an autodiscover line and a style sheet's line do not make an attack together") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string header = "\xEF\xBB\xBF"
                             "DateTime,RequestId,UrlStem,AnchorMailbox\r\n";
  const std::string innocent = header +
                               "2021-03-03T04:05:06.123Z,1,/ews,ServerInfo~a/autodiscover\r\n" +
                               "2021-03-03T04:05:07.123Z,2,/ecp/main.css,-\r\n";
  const std::string attack =
      "2021-03-03T04:05:08.456Z,3,/ecp/main.css,ServerInfo~a]@b:444/ecp/proxyLogon.ecp?#\r\n";
  const std::string body =
      "strings: $a = \"ServerInfo~\" $b = \"/ecp/main.css\" condition: all of them";
  CHECK(sweep_file("HttpProxy_1.log", innocent, rule("whole", body)).findings.size() == 1);
  CHECK(sweep_file("HttpProxy_1.log", innocent, rule("log", body)).findings.empty());
  const Swept swept = sweep_file("HttpProxy_1.log", innocent + attack, rule("log", body));
  CHECK(lines_of(swept) == std::vector<u64>{4});
  CHECK(swept.findings.front().at("log").at("time") == "2021-03-03T04:05:08.456Z");
}

TEST_CASE("an administrator's ordinary ExternalUrl is no attack, and doubled quotes do not hide a "
          "script in one") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string ordinary =
      "2021-03-03T04:05:06.123Z,S:CMD=Set-OabVirtualDirectory.ExternalUrl=''https://"
      "mail.example''\r\n"
      "2021-03-03T04:05:07.123Z,S:URL=/ecp/x?<script language=\"\"JScript\"\">\r\n";
  const std::string attack =
      "2021-03-03T04:05:08.123Z,'S:CMD=Set-OabVirtualDirectory.ExternalUrl=''http://f/"
      "<script language=\"\"JScript\"\" runat=\"\"server\"\">''.Identity=''x'''\r\n";
  const std::string body = "strings: $set = \"VirtualDirectory.ExternalUrl=\" "
                           "$script = /<script language=\"\"?JScript\"\"?/ condition: all of them";
  const std::string path = "Logging/ECP/Server/ECPServer_1.LOG";
  CHECK(sweep_file(path, ordinary, rule("whole", body)).findings.size() == 1);
  CHECK(sweep_file(path, ordinary, rule("log", body)).findings.empty());
  const Swept swept = sweep_file(path, ordinary + attack, rule("log", body));
  CHECK(lines_of(swept) == std::vector<u64>{3});
  check_offsets(swept, ordinary + attack);
}

TEST_CASE("strings far apart and in the wrong order on different lines are not one request") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string log = kIisHeader + iis_line("01:00:00", "GET /x - /_layouts/SignOut.aspx", "200");
  while (log.size() < 1_MiB) log += iis_line("02:00:00", "GET /index.html -", "200");
  log += iis_line("03:00:00", "POST /_layouts/15/ToolPane.aspx DisplayMode=Edit&a=/ToolPane.aspx -",
                  "404");
  const std::string body =
      "strings: $a = \"POST /_layouts/15/ToolPane.aspx\" $b = \"/_layouts/SignOut.aspx\" "
      "condition: all of them and (@b - @a) < 700";
  CHECK(sweep_file("u_ex.log", log, rule("whole", body)).findings.size() == 1);
  CHECK(sweep_file("u_ex.log", log, rule("log", body)).findings.empty());
  const std::string attack = iis_line(
      "04:00:00", "POST /_layouts/15/ToolPane.aspx DisplayMode=Edit /_layouts/SignOut.aspx", "200");
  CHECK(sweep_file("u_ex.log", log + attack, rule("log", body)).findings.size() == 1);
}

TEST_CASE("a match at the end of a line longer than 4,096 bytes is found") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string log = "2021-03-03T04:05:06.123Z,begins here ";
  log += std::string(700000, 'x') + " then needle42\r\nnext needle42 without the other\r\n";
  const Swept swept = sweep_file(
      "long.log", log,
      rule("log", "strings: $a = \"begins here\" $b = /needle[0-9]+/ condition: all of them"));
  CHECK(lines_of(swept) == std::vector<u64>{1});
  check_offsets(swept, log);
}

TEST_CASE("a provider and its message must be in the same event, wherever the provider's name is "
          "stored") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  EvtxWriter writer;
  writer.event(11, "MSExchange Unified Messaging", "started")
      .event(12, "Other", "System.InvalidCastException")
      .event(13, "MSExchange Unified Messaging", "System.InvalidCastException: cast",
             event_time(60));
  const std::string body = "strings: $p = \"MSExchange Unified Messaging\" wide $e = "
                           "\"System.InvalidCastException\" wide "
                           "condition: all of them";
  const std::string file = writer.file();
  const Swept swept =
      sweep_file("Windows/System32/winevt/Logs/Application.evtx", file, rule("log", body));
  CHECK(lines_of(swept) == std::vector<u64>{13});
  CHECK(swept.findings.front().at("log").at("time") == "2021-03-03T04:06:06.0000000Z");
  check_offsets(swept, file);
  const nlohmann::json logs = swept.coverage.at(0).at("logs");
  REQUIRE(logs.size() == 1);
  CHECK(logs.at(0).at("family") == "evtx/Application.evtx");
  CHECK(logs.at(0).at("oldest") == "2021-03-03T04:05:06.0000000Z");
  CHECK(logs.at(0).at("newest") == "2021-03-03T04:06:06.0000000Z");

  const std::string apart = EvtxWriter()
                                .event(1, "MSExchange Unified Messaging", "started")
                                .event(2, "Other", "System.InvalidCastException")
                                .file();
  CHECK(sweep_file("a.evtx", apart, rule("whole", body)).findings.size() == 1);
  CHECK(sweep_file("a.evtx", apart, rule("log", body)).findings.empty());
}

TEST_CASE("a damaged event log is an issue, and its other events are judged") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  EvtxWriter writer;
  writer.event(1, "P", "needle").raw("no record").event(2, "P", "needle");
  const Swept swept = sweep_file("a.evtx", writer.file(),
                                 rule("log", "strings: $a = \"needle\" wide condition: $a"));
  CHECK(lines_of(swept) == std::vector<u64>{1, 2});
  CHECK(swept.issues_of_kind("malformed") == 1);
  CHECK(swept.result.incomplete);
}

TEST_CASE("UTF-16 logs are cut at their own line ends and scanned unconverted") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string log = "\xFF\xFE" + utf16("2021-03-03 04:05:06 whoami\r\n2021-03-03 04:05:07 "
                                             "net user\r\nwhoami /all & net user\r\n");
  const Swept swept = sweep_file(
      "trace.log", log,
      rule("log",
           "strings: $a = \"whoami\" wide fullword $b = \"net user\" wide condition: all of them"));
  CHECK(lines_of(swept) == std::vector<u64>{3});
  check_offsets(swept, log);
}

TEST_CASE("log rules ignore files that are not logs, and all other rules see logs whole") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  const std::string filler(2000, '\n'); // not resident: otherwise $MFT holds the strings too
  image.file("page.aspx", "<% needle %>\nother\n" + filler);
  image.file("a.log", "needle\nother\n" + filler);
  const Swept swept = run_sweep(image.build(), R"(
    rule in_record : Log { strings: $a = "needle" condition: $a }
    rule whole { strings: $a = "needle" $b = "other" condition: all of them }
    rule refers { condition: in_record and filesize > 8 })");
  std::vector<std::string> found;
  for (const nlohmann::json& f : swept.findings)
    found.push_back(f.at("path").get<std::string>() + " " +
                    f.at("rule").at("name").get<std::string>());
  std::sort(found.begin(), found.end());
  CHECK(found == std::vector<std::string>{"/a.log in_record", "/a.log refers", "/a.log whole",
                                          "/page.aspx refers", "/page.aspx whole"});
}

TEST_CASE("the option --log-rules selects rules by tag or name instead, and a private rule they "
          "use still works") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string rules = R"(
    private rule helper { strings: $h = "with" condition: $h }
    rule by_name { strings: $a = "needle" condition: $a and helper }
    rule by_tag : Request { strings: $a = "needle" condition: $a and not helper }
    rule neither : LOG { strings: $a = "needle" condition: $a and helper })";
  SweepOptions options;
  options.log_rules = {"by_n*", "request"};
  const Swept swept =
      sweep_file("a.log", "needle\nneedle with\n" + std::string(2000, '\n'), rules, options);
  REQUIRE(swept.findings.size() == 3);
  CHECK(swept.findings[0].at("rule").at("name") == "by_name");
  CHECK(swept.findings[0].at("log").at("line") == 2);
  CHECK(swept.findings[1].at("rule").at("name") == "by_tag");
  CHECK(swept.findings[1].at("log").at("line") == 1);
  CHECK(swept.findings[2].at("rule").at("name") == "neither");
  CHECK(swept.findings[2].at("log").is_null());
  CHECK(swept.case_record.at("options").at("log_rules") == "by_n*,request");
  options.log_rules = {"nothing_like_it"};
  CHECK_THROWS_AS(sweep_file("a.log", "x", rules, options), UsageError);
}

TEST_CASE("a rule that needs no string is evaluated on every record") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Swept swept =
      sweep_file("a.log", "short\na line that is longer\n\nshort\r\n",
                 "rule r : log { strings: $a = \"longer\" condition: not $a and filesize == 5 }");
  CHECK(lines_of(swept) == std::vector<u64>{1, 4});
}

TEST_CASE("a thousand findings of a rule are kept per log, and the rest are counted") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string log;
  for (int i = 0; i < 1234; ++i) log += "needle " + std::to_string(i) + "\n";
  const Swept swept =
      sweep_file("a.log", log, rule("log", "strings: $a = \"needle\" condition: $a"));
  REQUIRE(swept.findings.size() == 1000);
  std::vector<u64> expected(1000);
  for (u64 i = 0; i < 1000; ++i) expected[i] = i + 1;
  CHECK(lines_of(swept) == expected);
  REQUIRE(swept.issues_of_kind("matches_truncated") == 1);
  CHECK(swept.issues.front().at("message").get<std::string>().find("234 of 1234") !=
        std::string::npos);
  CHECK(!swept.result.incomplete);
}

TEST_CASE("the coverage says which span of time the logs of each family cover") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("u_ex1.log", kIisHeader + iis_line("04:05:06", "GET / -", "200") +
                              iis_line("05:00:00", "GET / -", "200"));
  image.file("u_ex2.log", kIisHeader + iis_line("01:00:00", "GET / -", "200")).deleted();
  image.file("setup.log", "no time at all\n");
  image.file("readme.md", "no log\n");
  const Swept swept =
      run_sweep(image.build(), "rule r { strings: $a = \"nothing to find\" condition: $a }");
  const nlohmann::json expected = {
      {{"family", "iis"},
       {"files", 2},
       {"oldest", "2021-03-03T01:00:00.0000000Z"},
       {"newest", "2021-03-03T05:00:00.0000000Z"}},
      {{"family", "other"}, {"files", 1}, {"oldest", nullptr}, {"newest", nullptr}}};
  CHECK(swept.coverage.at(0).at("logs") == expected);
  CHECK(swept.result.seal->logs.at("iis").files == 2);
}

TEST_CASE("unreadable parts of a log cost only their own lines") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string log;
  for (int i = 0; i < 4000; ++i)
    log += "2021-03-03 04:05:06 line " + std::to_string(i) + (i % 1000 == 999 ? " needle\n" : "\n");
  NtfsImage image;
  image.file("a.log", log);
  const SourcePtr media = std::make_shared<MemorySource>(read_text(image.build()));
  const std::string rules = rule("log", "strings: $a = \"needle\" condition: $a");
  const Swept clean = run_sweep(media, rules);
  REQUIRE(clean.findings.size() == 4);
  const auto faulty = std::make_shared<FaultySource>(media);
  faulty->unreadable(
      clean.findings[1].at("matches").at(0).at("media_offset").get<u64>() / 512 * 512, 512);
  const Swept swept = run_sweep(SourcePtr(faulty), rules);
  require_balanced(swept);
  CHECK(swept.findings.size() == 3);
  CHECK(swept.issues_of_kind("unreadable") == 1);
}

TEST_CASE("record findings are byte-identical with any number of threads, and verify accepts their "
          "order") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  for (int f = 0; f < 12; ++f) {
    std::string log = kIisHeader;
    for (int i = 0; i < 300; ++i)
      log += iis_line("04:05:06", i % 7 == f % 7 ? "GET /needle -" : "GET /hay -", "200");
    image.file("u_ex" + std::to_string(f) + ".log", log);
  }
  const std::filesystem::path path = image.build();
  const std::string rules =
      "rule a : log { strings: $a = \"needle\" condition: $a } "
      "rule b : log { strings: $a = \"/hay\" condition: not $a and filesize > 60 }";
  const Swept first = run_sweep(path, rules);
  CHECK(first.findings.size() > 500);
  CHECK(!verify_case(first.case_folder()).first_problem);
  for (const u32 threads : {1U, 2U, 8U}) {
    SweepOptions options;
    options.threads = threads;
    CHECK(run_sweep(path, rules, options).manifest == first.manifest);
  }
}
