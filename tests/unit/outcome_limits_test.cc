// SPDX-License-Identifier: Apache-2.0
// However much an outcome holds, it fits a row of the journal, and its lines are no longer than
// readers take. What is left out is said.
#include "manifest/outcome_limits.h"

#include "manifest/record.h"
#include "manifest_fixture.h"
#include "support/catch.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

const StreamId kStream{.volume = 1, .record = 40, .sequence = 1, .attribute = 3};

Finding plain_finding(const std::string& rule) {
  Finding finding;
  finding.stream = kStream;
  finding.path = "/a.bin";
  finding.cause = RuleRef{rule, "ns", {}, {}, "a.yar", sha256_of("a")};
  return finding;
}

Outcome outcome_of(std::vector<Finding> findings) {
  return {.stream = kStream, .findings = std::move(findings), .issues = {}, .bytes = {}};
}

/// The findings and issues of the sealed manifest, which verifies.
struct Sealed {
  explicit Sealed(const Outcome& outcome) {
    CaseContent content;
    content.volumes = {some_volume(1)};
    content.outcomes = {outcome};
    summary = seal(journal_of(content, folder.path()), folder.path());
    CHECK(verify_case(folder.path()).first_problem.value_or("none") == "none");
    for (const std::string& line : lines_of(content_of(folder / "manifest.jsonl"))) {
      CHECK(line.size() <= kLongestLine);
      if (line.starts_with("{\"type\":\"finding\"")) findings.push_back(json::parse(line));
      if (line.starts_with("{\"type\":\"issue\"")) issues.push_back(json::parse(line));
    }
  }

  TempDir folder;
  SealSummary summary;
  std::vector<json> findings, issues;
};

} // namespace

TEST_CASE("what fits is not touched") {
  const u64 seed = GENERATE(take(20, random(u64{0}, std::numeric_limits<u64>::max())));
  CAPTURE(seed);
  Random random(seed);
  CHECK(!cut_to_fit(random_outcome(random, kStream)));
  Finding fragmented = plain_finding("r"); // a very fragmented file
  for (u64 i = 0; i < 100'000; ++i) fragmented.extents.push_back({i * 4096, i * 8192, 4096});
  CHECK(!cut_to_fit(outcome_of({fragmented})));
}

TEST_CASE("a finding that is longer than a line loses extents and matches, and says so") {
  Finding finding = plain_finding("r");
  for (u64 i = 0; i < 1'000'000; ++i) finding.extents.push_back({i * 4096, i * 8192, 4096});
  finding.matches.assign(10'000,
                         Match{.id = std::string(2000, 'm'), .media_offset = {}, .data = "41"});
  finding.links.assign(3000, std::string(30'000, 'n'));
  finding.member = std::string(200'001, '\xC3') + "\xA9";
  std::get<RuleRef>(finding.cause).meta.assign(20'000, {"author", std::string("x")});
  const Sealed sealed(outcome_of({finding}));
  REQUIRE(sealed.findings.size() == 1);
  REQUIRE(sealed.issues.size() == 1);
  const json& line = sealed.findings.front();
  CHECK(line.at("extents").size() > 100'000);
  CHECK(line.at("extents").size() + line.at("extents_left_out").get<u64>() == 1'000'000);
  CHECK(line.at("matches").size() > 500);
  CHECK(line.at("links").size() > 20);
  CHECK_THAT(line.at("member").get<std::string>(), ContainsSubstring("[cut]"));
  CHECK(sealed.issues.front().at("kind") == "matches_truncated");
  CHECK_THAT(sealed.issues.front().at("message").get<std::string>(),
             ContainsSubstring("1 findings were cut") && ContainsSubstring("extents"));
  CHECK(sealed.summary.unseen == 0);
}

TEST_CASE("findings that no row has room for are left out, the first of each cause last") {
  std::vector<Finding> findings;
  for (int i = 0; i < 4000; ++i) {
    findings.push_back(plain_finding(i < 3990 ? "common" : fmt::format("rare{}", i)));
    findings.back().member = fmt::format("{:05}", i);
    findings.back().links = {std::string(20'000, 'l')};
  }
  const std::optional<Outcome> cut = cut_to_fit(outcome_of(findings));
  REQUIRE(cut);
  CHECK(cut->findings.size() > 1500);
  CHECK(cut->findings.size() < 4000);
  std::set<std::string> rules;
  for (const Finding& finding : cut->findings) rules.emplace(title_of(finding.cause));
  CHECK(rules.size() == 11);
  REQUIRE(cut->issues.size() == 1);
  CHECK(cut->issues.front().kind == IssueKind::over_limit);
  CHECK(hides_content(cut->issues.front())); // so the sweep is incomplete
  const u64 left_out = 4000 - cut->findings.size();
  CHECK_THAT(cut->issues.front().message,
             ContainsSubstring(fmt::format("{} findings were left out", left_out)) &&
                 ContainsSubstring(fmt::format("{} of common", left_out)));
}

TEST_CASE("issues that no row has room for are counted") {
  Outcome outcome = outcome_of({});
  for (int i = 0; i < 2000; ++i)
    outcome.issues.push_back({.kind = IssueKind::malformed,
                              .volume = 1,
                              .record = 40,
                              .path = "/a",
                              .stream_name = "",
                              .stage = "read",
                              .message = std::string(30'000, 'm'),
                              .bytes = 0});
  const Sealed sealed(outcome);
  CHECK(sealed.issues.size() > 100);
  CHECK(sealed.issues.size() < 2000);
  const u64 left = 2000 - (sealed.issues.size() - 1);
  u64 said = 0;
  for (const json& issue : sealed.issues)
    said += issue.at("message") == fmt::format("{} further issues of this stream", left) ? 1 : 0;
  CHECK(said == 1);
}

TEST_CASE("an image with very many families of logs has a coverage line that readers take") {
  CaseContent content;
  content.volumes = {some_volume(1)};
  for (u64 i = 0; i < 3000; ++i) {
    Outcome outcome;
    outcome.stream = {.volume = 1, .record = i, .sequence = 1};
    outcome.log = LogSpan{fmt::format("evtx/{:05}", i), 132592179060000000 + i, {}};
    content.outcomes.push_back(outcome);
  }
  TempDir folder;
  const SealSummary summary = seal(journal_of(content, folder.path()), folder.path());
  CHECK(summary.logs.size() == 1001);
  CHECK(summary.logs.at("further families").files == 2000);
  CHECK(verify_case(folder.path()).first_problem.value_or("none") == "none");
}
