// SPDX-License-Identifier: Apache-2.0
// Archives and mail that hide their content, cut and damaged ones, and logs in them. Each input is
// swept as it is, in a zip, and as an attachment of a mail.
#include "base/file.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/evtx_writer.h"
#include "support/fixtures.h"
#include "support/odd_content.h"
#include "support/recheck_case.h"
#include "support/zip_parts.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <tuple>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kNeedles = R"(
rule needle_a { strings: $a = "archive_needle_A" condition: $a }
rule needle_b { strings: $a = "archive_needle_B" condition: $a }
rule needle_c { strings: $a = "archive_needle_C" condition: $a }
rule needle { strings: $a = "archive_needle_" condition: $a })";

const std::string kNeedle = "archive_needle_ and some text so that it is not too small";

} // namespace

TEST_CASE("what archives hid from the sweep is found, plain, in a zip and in a mail") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string hidden = make_zip({{"page.aspx", kNeedle}}), shown = make_zip({{"a", "b"}});
  const std::string mail = mail_with("page.aspx", kNeedle);
  const std::map<std::string, std::string> files{
      {"two.zip", hidden + shown},
      {"stub.exe", "MZ" + std::string(2000, '\0') + hidden},
      {"stub7.exe", "MZ" + std::string(2000, '\0') + make_archive("7zip", {{"x", kNeedle}})},
      {"text.sh", "#!/bin/sh\nexit\n" + hidden},
      {"setup.run",
       "#!/bin/sh\ntail -n +3 $0\nexit\n" + make_archive("pax", {{"page.aspx", kNeedle}}, "gzip")},
      {"setup_xz.run", "#!/bin/sh\nexit\n" + make_archive("pax", {{"page.aspx", kNeedle}}, "xz")},
      {"folder.zip", make_zip({{"page.aspx/", kNeedle}})},
      {"attribute.zip", make_zip({{"page.aspx", kNeedle, 0x10}})},
      {"link.zip", make_zip({{"page.aspx", kNeedle, 0xA1FF0000}})},
      {"box.mbox", "From a@b Mon Mar  1 10:00:00 2021\n" + mail_with("a", "b") +
                       "\nFrom a@b Mon Mar  1 10:00:01 2021\n" + mail},
      {"mark.eml", "\xEF\xBB\xBF" + mail},
      {"blank.eml", "\r\n" + mail},
  };
  NtfsImage image = image_with_folders();
  for (const auto& [name, content] : files) add(image, name, content);
  const Swept swept = run_sweep(image.build(), kNeedles);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  const auto rules = rules_by_path(swept);
  for (const auto& [name, content] : files)
    for (const std::string& place : places_of(name)) {
      CAPTURE(place);
      CHECK(rules.contains(place));
    }
}

TEST_CASE("a mail's second message, and files uuencoded in it, have names of their own") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("box", "From a@b Mon Mar  1 10:00:00 2021\n" + mail_with("a", "b") +
                        "\nFrom a@b Mon Mar  1 10:00:01 2021\n" + mail_with("page.aspx", kNeedle));
  // As `uuencode page.aspx` writes 15 bytes, "archive_needle_".
  image.file("encoded.eml", "From: a@example.com\nSubject: s\n\nsee below\n\n"
                            "begin 644 page.aspx\n/87)C:&EV95]N965D;&5?\n`\nend\n");
  const Swept swept = run_sweep(image.build(), kNeedles);
  CHECK(swept.issues.empty());
  std::map<std::string, std::string> members;
  for (const nlohmann::json& f : swept.findings)
    if (!f.at("member").is_null()) members[f.at("path")] = f.at("member");
  CHECK(members == std::map<std::string, std::string>{{"/box", "message-2/page.aspx"},
                                                      {"/encoded.eml", "page.aspx"}});
}

TEST_CASE("streams that were cut or damaged give what precedes it, and an issue each") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string text = "archive_needle_A\n";
  for (u64 i = 1; text.size() < 400'000; ++i) text += std::to_string(i * i * 2654435761U) + "\n";
  text.insert(text.size() / 2, "archive_needle_B\n");
  text += "archive_needle_C\n";
  std::map<std::string, std::string> files;
  for (const char* filter : {"gzip", "xz", "zstd"}) { // bzip2 has one block here
    const std::string whole = make_archive("raw", {{"x", text}}, filter);
    files[std::string("cut.") + filter] = whole.substr(0, whole.size() * 9 / 10);
  }
  const std::string zip = make_archive("zip", {{"x", text}});
  files["cut.zip"] = zip.substr(0, zip.size() * 9 / 10);
  NtfsImage image = image_with_folders();
  for (const auto& [name, content] : files) add(image, name, content);
  std::string wrong = make_archive("raw", {{"x", kNeedle}}, "gzip");
  wrong[wrong.size() - 8] ^= 1;
  add(image, "crc.gz", wrong);
  const Swept swept = run_sweep(image.build(), kNeedles);
  require_balanced(swept);
  auto rules = rules_by_path(swept);
  auto issues = issues_by_path(swept);
  for (const auto& [name, content] : files)
    for (const std::string& place : places_of(name)) {
      CAPTURE(place);
      CHECK(rules[place] == std::set<std::string>{"needle", "needle_a", "needle_b"});
      CHECK(issues[place] == std::set<std::string>{"malformed"});
    }
  for (const std::string& place : places_of("crc.gz")) {
    CHECK(rules[place] == std::set<std::string>{"needle"});
    CHECK(issues[place] == std::set<std::string>{"malformed"});
  }
  CHECK(swept.has_issue("wrong CRC-32"));
}

TEST_CASE("logs in archives give the same findings with the same line and time as plain ones") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string rules;
  for (const auto& file : fs::directory_iterator(fs::path(COLDSWEEP_SOURCE_DIR) / "yara-rules"))
    if (file.path().filename().string().starts_with("log_")) rules += read_text(file.path());
  NtfsImage image({.size = 64_MiB});
  for (const char* folder : {"plain", "gz", "zip", "nested", "mail"}) image.folder(folder);
  std::vector<std::string> names;
  std::set<std::string> events;
  for (const Fixture& fixture : rule_fixtures()) {
    if (!fixture.is_record || fixture.expected.empty()) continue;
    const bool is_event = fixture.name.starts_with("log_evtx");
    const std::string log =
        is_event ? EvtxWriter()
                       .event(1, "first", "nothing", event_time())
                       .event_bytes(2, "second", fixture.content, event_time(7))
                       .file()
                 : "2021-03-03 05:00:00 192.0.2.5 GET / - 443 - 198.51.100.7 - 200 0 0 7\r\n" +
                       fixture.content + "\r\n2021-03-03 23:00:00 the end\r\n";
    const std::string name = fixture.name + (is_event ? ".evtx" : ".log");
    if (is_event) events.insert(name);
    image.file("plain/" + name, log);
    image.file("gz/" + name + ".gz", make_archive("raw", {{"x", log}}, "gzip"));
    image.file("zip/" + name, make_archive("zip", {{name, log}}));
    image.file("nested/" + name,
               make_archive("zip", {{"all.tar.gz", make_archive("pax", {{name, log}}, "gzip")}}));
    image.file("mail/" + name, mail_with(name, log));
    names.push_back(name);
  }
  REQUIRE(names.size() > 10);
  REQUIRE(events.size() > 3);
  const Swept swept = run_sweep(image.build(), rules);
  CHECK(swept.issues.empty());
  using Record = std::tuple<std::string, u64, std::string>;
  std::map<std::string, std::multiset<Record>> records;
  for (const nlohmann::json& f : swept.findings) {
    const nlohmann::json& log = f.at("log");
    if (log.is_null()) continue;
    records[f.at("path")].insert(
        {f.at("rule").at("name"), log.at("line"),
         log.at("time").is_null() ? "" : log.at("time").get<std::string>()});
  }
  u64 found = 0;
  for (const std::string& name : names) {
    CAPTURE(name);
    const std::multiset<Record> expected = records["/plain/" + name];
    found += expected.size();
    if (events.contains(name)) CHECK(!expected.empty());
    CHECK(records["/gz/" + name + ".gz"] == expected);
    for (const char* folder : {"/zip/", "/nested/", "/mail/"})
      CHECK(records[folder + name] == expected);
  }
  CHECK(found >= names.size() / 2);
  u64 logs = 0;
  for (const nlohmann::json& family : swept.coverage.at(0).at("logs"))
    logs += family.at("files").get<u64>();
  CHECK(logs >= 5 * names.size());
}

TEST_CASE(
    "findings in such members are the same without the prefilter, and confirmed from the media") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string rules = std::string(kNeedles) +
                            "\nrule line : log { strings: $a = \"archive_needle_\" condition: $a }";
  const std::string log = "2021-03-03 05:00:00 first\r\n2021-03-03 05:00:01 archive_needle_\r\n";
  const std::string packed = make_archive("raw", {{"x", log}}, "gzip");
  std::string large(3'000'000, '\0'); // searched in pieces
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * i / 7);
  NtfsImage image({.size = 32_MiB});
  image.file("u_ex.log.gz", packed);
  image.file("logs.zip", make_archive("zip", {{"inner.log.gz", packed}, {"u_ex.log", log}}));
  image.file("behind.gz", packed + make_zip({{"page.aspx", kNeedle}}));
  image.file("setup.exe", "MZ" + large + make_archive("7zip", {{"page.aspx", kNeedle}}));
  image.file("large.run", "#!/bin/sh\n" + std::string(600'000, '#') + "\n" +
                              make_archive("pax", {{"page.aspx", kNeedle}, {"x", large}}, "gzip"));
  image.file("picture", large + make_zip({{"page.aspx", kNeedle}}));
  image.file("box", "From a@b Mon Mar  1 10:00:00 2021\n" + mail_with("a", "b") +
                        "\nFrom a@b Mon Mar  1 10:00:01 2021\n" + mail_with("x.log", log));
  const fs::path path = image.build();
  const Swept swept = run_sweep(path, rules);
  CHECK(swept.issues == std::vector<nlohmann::json>{});
  std::set<std::string> members;
  for (const nlohmann::json& f : swept.findings)
    if (!f.at("member").is_null())
      members.insert(f.at("path").get<std::string>() + " " + f.at("member").get<std::string>() +
                     (f.at("log").is_null() ? "" : " line"));
  const std::string at = "at-" + std::to_string(packed.size()) + "!/";
  CHECK(members ==
        std::set<std::string>{
            "/behind.gz " + at + "page.aspx", "/behind.gz content", "/behind.gz content line",
            "/box message-2/x.log", "/box message-2/x.log line", "/logs.zip inner.log.gz!/content",
            "/logs.zip inner.log.gz!/content line", "/logs.zip u_ex.log", "/logs.zip u_ex.log line",
            "/large.run content", "/large.run content!/page.aspx", "/picture page.aspx",
            "/setup.exe page.aspx", "/u_ex.log.gz content", "/u_ex.log.gz content line"});
  SweepOptions unfiltered;
  unfiltered.prefilter = false;
  CHECK(run_sweep(path, rules, unfiltered).findings == swept.findings);

  const CheckedCase checked = recheck_case(swept, path, rules);
  CHECK(checked.exceptions == std::vector<std::string>{});
  CHECK(checked.counts.confirmed == swept.findings.size());
}

TEST_CASE("the shared archives that went wrong are right") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::optional<fs::path> cases = shared_content_cases();
  if (!cases) SKIP("no shared inputs");
  NtfsImage image = image_with_folders();
  std::vector<std::string> found, damaged;
  for (const char* folder : {"archives", "truncated-gz"})
    for (const auto& file : fs::directory_iterator(*cases / folder)) {
      const std::string name = file.path().filename();
      if (name == "r.yar") continue;
      add(image, name, read_text(file.path()));
      if (name != "61_hdrenc.7z") found.push_back(name);
      if (std::string(folder) == "truncated-gz") damaged.push_back(name);
    }
  const Swept swept = run_sweep(image.build(), kNeedles);
  require_balanced(swept);
  auto rules = rules_by_path(swept);
  auto issues = issues_by_path(swept);
  for (const std::string& name : found)
    for (const std::string& place : places_of(name)) {
      CAPTURE(place);
      CHECK(rules[place].contains("needle"));
      if (name.starts_with("t60000")) CHECK(rules[place].size() == 4);
    }
  for (const std::string& name : damaged)
    for (const std::string& place : places_of(name)) CHECK(issues[place].contains("malformed"));
  for (const std::string& place : places_of("61_hdrenc.7z"))
    CHECK(issues[place] == std::set<std::string>{"encrypted"});
}

TEST_CASE("the shared logs in archives are judged as the plain one") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::optional<fs::path> cases = shared_content_cases();
  if (!cases) SKIP("no shared inputs");
  NtfsImage image = image_with_folders();
  std::vector<std::string> places;
  for (const auto& file : fs::directory_iterator(*cases / "logs-in-archives")) {
    const std::string name = file.path().filename();
    add(image, name, read_text(file.path()));
    for (const std::string& place : places_of(name)) places.push_back(place);
  }
  const Swept swept =
      run_sweep(image.build(), "rule r : log { strings: $a = \"/powershell/\" condition: $a }");
  CHECK(swept.issues.empty());
  CHECK(swept.findings.size() == places.size());
  for (const nlohmann::json& f : swept.findings) {
    CHECK(f.at("log").at("line") == 8);
    CHECK(f.at("log").at("time").get<std::string>().starts_with("2021-08-20T01:02:03"));
  }
}
