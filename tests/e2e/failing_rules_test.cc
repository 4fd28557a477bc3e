// SPDX-License-Identifier: Apache-2.0
// Rules on which libyara gives up for some content: they are named, and all others are evaluated,
// with the prefilter and without.
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

using Found = std::set<std::pair<std::string, std::string>>; // path, rule

/// Each blank can be in the class or in the gap before it, so libyara runs out of fibers (its error
/// 46) on content with enough of them.
std::string failing_rule(const std::string& name) {
  return "rule " + name +
         R"( { strings: $a = /\/Root\b.{0,1000}[ \r\n]*.{0,500}startxref[ \r\n]*)" +
         R"(.{0,500}[ \r\n]*%%EOF/s condition: $a }
)";
}

std::string needle_rule(const std::string& name, const std::string& needle) {
  return fmt::format("rule {} {{ strings: $a = \"{}\" condition: $a }}\n", name, needle);
}

std::string content_that_fails(const std::string& rest) {
  std::string blanks;
  for (int i = 0; i < 550; ++i) blanks += " \n";
  return "%PDF-1.4\n/Root 1 0 R " + blanks + "startxref" + blanks + "%%EOF\n" + rest;
}

Found found_by(const Swept& swept) {
  Found found;
  for (const nlohmann::json& f : swept.findings)
    found.emplace(f.at("path").get<std::string>(), f.at("rule").at("name").get<std::string>());
  return found;
}

Swept sweep_with(NtfsImage& image, const std::string& rules, bool prefilter,
                 std::optional<u32> timeout = std::nullopt) {
  SweepOptions options;
  options.prefilter = prefilter;
  if (timeout) options.timeout_seconds = *timeout;
  Swept swept = run_sweep(image.build(), rules, options);
  require_balanced(swept);
  return swept;
}

} // namespace

TEST_CASE("a rule that libyara gives up on is named, and the other rules are evaluated") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("bad.pdf", content_that_fails("needle_of_another_rule"));
  image.file("good.txt", "needle_of_another_rule");
  std::string rules = failing_rule("gives_up") + needle_rule("other", "needle_of_another_rule");
  rules += "rule refers { condition: not gives_up and filesize > 100 }\n";
  rules += "private rule hidden { condition: gives_up }\nrule twice { condition: not hidden }\n";
  for (const bool prefilter : {true, false}) {
    CAPTURE(prefilter);
    const Swept swept = sweep_with(image, rules, prefilter);
    const Found found = found_by(swept);
    CHECK(found.contains({"/bad.pdf", "other"}));
    CHECK(found.contains({"/good.txt", "other"}));
    CHECK(found.contains({"/good.txt", "twice"}));
    CHECK(!found.contains({"/bad.pdf", "refers"}));
    CHECK(!found.contains({"/bad.pdf", "twice"}));
    REQUIRE(swept.issues.size() == 1);
    CHECK(swept.issues.at(0).at("path") == "/bad.pdf");
    CHECK(swept.has_issue("rule gives_up: regular expression with too many branches in flight"));
    CHECK(swept.has_issue("refers, hidden, twice"));
    CHECK(swept.result.incomplete);
  }
}

TEST_CASE("a global rule that libyara gives up on takes the rules of its file with it") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image;
  image.file("bad.pdf", content_that_fails("needle_of_another_rule"));
  const std::string rules =
      "global " + failing_rule("gives_up") + needle_rule("other", "needle_of_another_rule");
  for (const bool prefilter : {true, false}) {
    const Swept swept = sweep_with(image, rules, prefilter);
    CHECK(swept.findings.empty());
    CHECK(swept.has_issue("without it: other"));
  }
}

TEST_CASE("where one rule in twenty fails, both modes of the prefilter find the same") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::mt19937 random(22);
  std::string rules;
  for (int i = 0; i < 200; ++i)
    rules += i % 20 == 7 ? failing_rule(fmt::format("gives_up{}", i))
                         : needle_rule(fmt::format("r{}", i), fmt::format("needle <{}>", i));
  NtfsImage image;
  Found expected;
  for (int file = 0; file < 12; ++file) {
    const std::string name = fmt::format("f{}.bin", file);
    std::string text;
    for (int i = 0; i < 9; ++i) {
      const auto number = static_cast<int>(random() % 200);
      text += fmt::format("needle <{}>\n", number);
      if (number % 20 != 7) expected.emplace("/" + name, fmt::format("r{}", number));
    }
    image.file(name, file % 3 == 0 ? text : content_that_fails(text));
  }
  for (const bool prefilter : {true, false}) {
    CAPTURE(prefilter);
    const Swept swept = sweep_with(image, rules, prefilter);
    CHECK(found_by(swept) == expected);
    CHECK(swept.issues.size() == 8 * 10);
  }
}

TEST_CASE("where one rule in twenty takes too long, both modes of the prefilter find the same") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string rules;
  for (int i = 0; i < 40; ++i)
    rules += i % 20 == 7
                 ? fmt::format("rule slow{} {{ strings: $a = \"slow_here\" condition: $a and "
                               "for all k in (1..4000000000) : ( k != 0 ) }}\n",
                               i)
                 : needle_rule(fmt::format("r{}", i), fmt::format("needle <{}>", i));
  rules += "rule refers { strings: $a = \"slow_here\" condition: $a and not slow7 }\n";
  const std::string text = "needle <3>\nneedle <20>\nneedle <39>\n";
  NtfsImage image;
  image.file("slow.bin", "slow_here " + text);
  image.file("fast.bin", text);
  image.file("slow.zip", make_archive("zip", {{"a", "slow_here " + text}, {"b", "slow_here"}}));
  Found expected;
  for (const char* path : {"/slow.bin", "/fast.bin", "/slow.zip"})
    for (const char* rule : {"r3", "r20", "r39"}) expected.emplace(path, rule);
  for (const bool prefilter : {true, false}) {
    CAPTURE(prefilter);
    const Swept swept = sweep_with(image, rules, prefilter, 2);
    CAPTURE(swept.issues);
    CHECK(found_by(swept) == expected);
    for (const char* rule : {"slow7", "slow27"}) {
      CHECK(swept.has_issue(fmt::format("not evaluated: rule {}: it takes too long", rule),
                            "timed_out"));
      CHECK(swept.has_issue(fmt::format("b: not evaluated: rule {}: it takes too long", rule)));
    }
    CHECK(swept.has_issue("refers"));
    CHECK(swept.issues.size() == 6);
    require_balanced(swept);
  }
}

TEST_CASE("a log rule that libyara gives up on is named, and the other log rules are evaluated") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string blanks(1100, ' ');
  const std::string time = "2021-03-03 05:00:00 192.0.2.5 GET /";
  const std::string log = time + " needle_one\r\n" + time + "/Root 1 0 R " + blanks + "startxref" +
                          blanks + "%%EOF needle_one needle_two\r\n" + time + " needle_two\r\n";
  NtfsImage image;
  image.file("u_ex210303.log", log);
  image.file("logs.tar", make_archive("ustar", {{"u_ex210303.log", log}}));
  const std::string rules = failing_rule("gives_up : log") +
                            needle_rule("one : log", "needle_one") +
                            needle_rule("two : log", "needle_two") +
                            "rule refers : log { condition: not gives_up and filesize > 100 }\n";
  using Line = std::tuple<std::string, std::string, u64>;
  const std::set<Line> expected{{"/u_ex210303.log", "one", 1}, {"/u_ex210303.log", "one", 2},
                                {"/u_ex210303.log", "two", 2}, {"/u_ex210303.log", "two", 3},
                                {"/logs.tar", "one", 1},       {"/logs.tar", "one", 2},
                                {"/logs.tar", "two", 2},       {"/logs.tar", "two", 3}};
  for (const bool prefilter : {true, false}) {
    CAPTURE(prefilter);
    const Swept swept = sweep_with(image, rules, prefilter);
    std::set<Line> found;
    for (const nlohmann::json& f : swept.findings)
      found.emplace(f.at("path").get<std::string>(), f.at("rule").at("name").get<std::string>(),
                    f.at("log").at("line").get<u64>());
    CHECK(found == expected);
    CHECK(std::count_if(swept.issues.begin(), swept.issues.end(), [](const nlohmann::json& issue) {
            return issue.at("stage") == "records";
          }) == 2);
    CHECK(
        swept.has_issue("not evaluated on all records: rule gives_up: regular expression with too "
                        "many branches in flight",
                        "crashed"));
    CHECK(swept.has_issue("u_ex210303.log: not evaluated on all records"));
    CHECK(swept.has_issue("without it: refers"));
  }
}
