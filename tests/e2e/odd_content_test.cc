// SPDX-License-Identifier: Apache-2.0
// Logs that lost their beginning, and files without content: rules are evaluated on both. Each
// input is swept as it is, in a zip, and as an attachment of a mail.
#include "base/file.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/odd_content.h"
#include "support/program.h"
#include "support/recheck_case.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kLine = "rule line : log { strings: $a = \"/powershell/\" condition: $a }";

/// Log lines, of which one in a thousand has what the rule looks for.
std::string log_lines(u64 count) {
  std::string log;
  for (u64 i = 0; i < count; ++i)
    log +=
        fmt::format("2021-03-03 05:{:02}:{:02} 192.0.2.5 GET /{}/x - 443 - 198.51.100.7 - 200\r\n",
                    i / 60 % 60, i % 60, i % 1000 == 7 ? "powershell" : "owa");
  return log;
}

/// What overwrote a cluster: no text, and no log.
std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  u32 state = 12345;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

/// Line, time and offset of the first match of each record that matched, by path.
std::map<std::string, std::set<std::tuple<u64, std::string, u64>>> records(const Swept& swept) {
  std::map<std::string, std::set<std::tuple<u64, std::string, u64>>> found;
  for (const nlohmann::json& f : swept.findings) {
    const nlohmann::json& log = f.at("log");
    if (!log.is_null())
      found[f.at("path")].insert({log.at("line"),
                                  log.at("time").is_null() ? "" : log.at("time").get<std::string>(),
                                  f.at("matches").at(0).at("offset")});
  }
  return found;
}

} // namespace

TEST_CASE("a log whose beginning is zeros or was overwritten is judged record by record") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string lines = log_lines(2000), many = log_lines(30'000);
  struct Damaged {
    std::string head, log;
  };
  const std::map<std::string, Damaged> logs{
      {"zeros.log", {std::string(70'000, '\0'), lines}},
      {"nameless", {std::string(70'000, '\0'), lines}}, // told by its times
      {"few_zeros", {std::string(3, '\0'), lines}},
      {"many_zeros.bin", {std::string(3'000'000, '\0'), many}}, // searched in pieces
      {"overwritten.log", {noise(65'536), lines}},
      {"u_ex210303.log.1", {noise(2'000'000), many}},
      {"both.log", {std::string(100'000, '\0') + noise(100'000) + "\n", lines}},
  };
  NtfsImage image = image_with_folders();
  for (const auto& [name, log] : logs) add(image, name, log.head + log.log);
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kLine);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  auto found = records(swept);
  for (const auto& [name, log] : logs) {
    const std::size_t hits = log.log == many ? 30 : 2;
    for (const std::string& place : places_of(name)) {
      CAPTURE(place);
      REQUIRE(found[place].size() == hits);
      const auto& [line, time, offset] = *found[place].begin();
      CHECK(time == "2021-03-03T05:00:07Z");
      CHECK(offset == log.head.size() + log.log.find("/powershell/"));
      const std::string before = (log.head + log.log).substr(0, offset);
      CHECK(line == 1 + static_cast<u64>(std::count(before.begin(), before.end(), '\n')));
    }
  }
  u64 files = 0;
  for (const nlohmann::json& family : swept.coverage.at(0).at("logs"))
    files += family.at("files").get<u64>();
  CHECK(files >= 3 * logs.size());
  SweepOptions unfiltered;
  unfiltered.prefilter = false;
  CHECK(run_sweep(path, kLine, unfiltered).findings == swept.findings);
}

TEST_CASE("rules on names are evaluated on empty files, streams and members, as yara does") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  constexpr const char* kRules = R"(
rule by_name { condition: filename == "evil_note.txt" }
rule empty { condition: filesize == 0 }
rule lacks { strings: $a = "needle" condition: not $a and filename matches /^evil_note\.txt$/ }
rule content { strings: $a = "needle" condition: $a })";
  NtfsImage image = image_with_folders();
  add(image, "evil_note.txt", "");
  image.file("gone/evil_note.txt", "").deleted();
  image.file("host.txt", "host").stream("evil_note.txt", "");
  image.folder("tar");
  image.file("tar/all.tgz", make_archive("pax", {{"evil_note.txt", ""}, {"a", "b"}}, "gzip"));
  image.file("tar/all.7z", make_archive("7zip", {{"evil_note.txt", ""}, {"a", "b"}}));
  image.file("tar/folder.zip", make_archive("zip", {{"evil_note.txt/", ""}, {"a", "b"}}));
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kRules);
  require_balanced(swept);
  CHECK(swept.issues.empty());
  auto rules = rules_by_path(swept);
  std::vector<std::string> places = places_of("evil_note.txt");
  for (const char* place : {"/gone/evil_note.txt", "/tar/all.tgz", "/tar/all.7z"})
    places.emplace_back(place);
  for (const std::string& place : places) {
    CAPTURE(place);
    CHECK(rules[place] == std::set<std::string>{"by_name", "empty", "lacks"});
  }
  CHECK(rules["/host.txt"] == std::set<std::string>{"empty"}); // its name is that of the file
  CHECK(!rules.contains("/tar/folder.zip"));
  for (const nlohmann::json& f : swept.findings) {
    CHECK(f.at("size") == 0);
    CHECK(f.at("hashes").at("sha256") ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }
  SweepOptions unfiltered;
  unfiltered.prefilter = false;
  CHECK(run_sweep(path, kRules, unfiltered).findings == swept.findings);

  const CheckedCase checked = recheck_case(swept, path, kRules);
  CHECK(checked.exceptions == std::vector<std::string>{});
  CHECK(checked.counts.judged == swept.findings.size());
}

TEST_CASE("the shared log without beginning and the shared empty file are right") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::optional<std::filesystem::path> cases = shared_content_cases();
  if (!cases) SKIP("no shared inputs");
  NtfsImage image = image_with_folders();
  const std::string log = "log_iis_proxyshell.E_head.log";
  add(image, log, read_text(*cases / "log-head-zeros" / log));
  add(image, "evil_note.txt", "");
  const Swept swept =
      run_sweep(image.build(), std::string(kLine) + read_text(*cases / "empty-file/r.yar"));
  CHECK(swept.issues.empty());
  auto found = records(swept);
  for (const std::string& place : places_of(log)) CHECK(found[place].size() == 1);
  auto rules = rules_by_path(swept);
  for (const std::string& place : places_of("evil_note.txt"))
    CHECK(rules[place] == std::set<std::string>{"name_only"});
}

TEST_CASE("the shared rules that make libyara give up cost no other rule's findings") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::optional<std::filesystem::path> cases = shared_content_cases();
  if (!cases) SKIP("no shared inputs");
  NtfsImage image = image_with_folders();
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(*cases / "fibers-46/in")) {
    names.push_back(file.path().filename());
    add(image, names.back(), read_text(file.path()));
  }
  const std::filesystem::path path = image.build();
  const std::string rules = read_text(*cases / "fibers-46/big.yar");
  const Swept swept = run_sweep(path, rules);
  for (const std::string& name : names) {
    const bool has_needle =
        read_text(*cases / "fibers-46/in" / name).find("needle_other_rule") != std::string::npos;
    for (const std::string& place : places_of(name)) {
      CAPTURE(place);
      CHECK(rules_by_path(swept)[place].contains("other") == has_needle);
    }
  }
  CHECK(swept.has_issue("rule invalid_trailer_structure: regular expression with too many"));
  SweepOptions unfiltered;
  unfiltered.prefilter = false;
  CHECK(run_sweep(path, rules, unfiltered).findings == swept.findings);
}

TEST_CASE("the shared page that only looks like a web shell is not taken for one") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::optional<std::filesystem::path> cases = shared_content_cases();
  if (!cases) SKIP("no shared inputs");
  NtfsImage image = image_with_folders();
  add(image, "page.php", read_text(*cases / "fp-preg_replace/page.php"));
  const std::filesystem::path rules =
      std::filesystem::path(COLDSWEEP_SOURCE_DIR) / "yara-rules/webshell_generic_eval.yar";
  CHECK(run_sweep(image.build(), read_text(rules)).findings.empty());
}

TEST_CASE("the shared rules whose files include each other are loaded") {
  const std::optional<std::filesystem::path> cases = shared_content_cases();
  if (!cases) SKIP("no shared inputs");
  const std::string main = (*cases / "include-circular/main.yar").string();
  const ToolResult result = run_program({"rules", "check", "-r", main});
  INFO(result.out << result.err);
  CHECK(result.status == 0);
}
