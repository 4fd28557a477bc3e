// SPDX-License-Identifier: Apache-2.0
// What can only be said once all findings are known: which were created together, and which are
// highest.
#include "support/catch.h"
#include "unit/manifest_fixture.h"
#include "weigh/time_proximity.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kMinute = 600'000'000, kNoon = 132'591'600'000'000'000;

PlaceTable table() {
  PlaceTable table;
  table.reasons.near = 5;
  table.near = {.minutes = 10, .from = 40, .beside = 75, .most = 3};
  return table;
}

Finding scored(u64 record, int score, std::optional<u64> si, std::optional<u64> fn = {}) {
  Finding finding;
  finding.stream = {.volume = 1, .record = record, .sequence = 1, .attribute = 1};
  finding.path = "/file" + std::to_string(record);
  finding.cause = Anomaly{"a", "b"};
  finding.score = score;
  finding.why = {{"begins with", score}};
  if (si) finding.si = Times{*si, 0, 0, 0};
  if (fn) finding.fn = Times{*fn, 0, 0, 0};
  return finding;
}

/// Each finding after a pass over a journal that holds them all.
std::vector<Finding> passed(const std::vector<Finding>& findings) {
  const TempDir folder;
  CaseContent content{{some_volume(1)}, {}, {}};
  for (const Finding& finding : findings) {
    const auto same = std::find_if(content.outcomes.begin(), content.outcomes.end(),
                                   [&](const Outcome& o) { return o.stream == finding.stream; });
    if (same == content.outcomes.end())
      content.outcomes.push_back({finding.stream, {finding}, {}, {}});
    else
      same->findings.push_back(finding);
  }
  const PlaceTable places = table();
  const TimeProximity proximity = TimeProximity::of(journal_of(content, folder.path()), places);
  std::vector<Finding> adjusted = findings;
  for (Finding& finding : adjusted) proximity.add(finding);
  return adjusted;
}

} // namespace

TEST_CASE("weighty findings that were created together raise each other, and name the other") {
  const std::vector<Finding> both =
      passed({scored(1, 80, kNoon), scored(2, 75, kNoon + 10 * kMinute)});
  CHECK(both[0].score == 85);
  CHECK(both[0].why.back() == Reason{"created within 10 minutes of /file2", 5});
  CHECK(both[1].score == 80);
  CHECK(passed({scored(1, 80, kNoon), scored(2, 75, kNoon + 10 * kMinute + 1)})[0].score == 80);
}

TEST_CASE("a note stays a note, a light finding raises nothing, and none raises itself") {
  const std::vector<Finding> three =
      passed({scored(1, 80, kNoon), scored(2, 39, kNoon), scored(3, 74, kNoon)});
  CHECK(three[0].score == 80);
  CHECK(three[1].score == 39);
  CHECK(three[2].score == 79);
  CHECK(passed({scored(1, 80, kNoon, kNoon), scored(1, 90, kNoon, kNoon)})[0].score == 80);
  CHECK(passed({scored(1, 80, std::nullopt), scored(2, 80, std::nullopt)})[0].score == 80);
  CHECK(passed({scored(1, 80, 0), scored(2, 80, 0)})[0].score == 80); // no time was stored
}

TEST_CASE("$FILE_NAME times are compared with each other, and a full score stays full") {
  const std::vector<Finding> both =
      passed({scored(1, 98, kNoon, kNoon), scored(2, 80, kNoon + 500 * kMinute, kNoon)});
  CHECK(both[0].score == 100);
  CHECK(both[0].why.at(1) == Reason{"created within 10 minutes of /file2, by $FILE_NAME", 5});
  CHECK(both[0].why.at(2).points == -3);
  CHECK(passed({scored(1, 80, kNoon, 1), scored(2, 80, 1, kNoon)})[0].score == 80);
}

TEST_CASE("the times of files that were unpacked together say nothing") {
  std::vector<Finding> few, many;
  for (u64 record = 1; record <= 4; ++record) few.push_back(scored(record, 80, kNoon));
  for (u64 record = 1; record <= 5; ++record) many.push_back(scored(record, 80, kNoon));
  CHECK(passed(few)[0].score == 85);
  CHECK(passed(many)[0].score == 80);
}

TEST_CASE("the ranking keeps the twenty highest streams, each once, by score and then path") {
  Ranking ranking;
  for (u64 record = 1; record <= 50; ++record) {
    Outcome outcome;
    Finding low = scored(record, 10, kNoon);
    Finding high = scored(record, static_cast<int>(record % 25) * 4, kNoon);
    high.cause = Anomaly{"higher", ""};
    outcome.stream = low.stream;
    outcome.findings = {low, high};
    ranking.add(outcome);
  }
  CHECK(ranking.streams() == 50);
  REQUIRE(ranking.highest().size() == Ranking::kShown);
  const std::vector<RankedStream> highest(ranking.highest().begin(), ranking.highest().end());
  CHECK(highest[0].score == 96);
  CHECK(highest[0].path == "/file24");
  CHECK(highest[1].path == "/file49");
  CHECK(highest[19].score == 60);
  CHECK(highest[0].causes == std::vector<std::string>{"higher", "a"});
  const auto& bands = ranking.bands();
  CHECK(bands[0] == 10);
  CHECK(bands[1] == 10);
  CHECK(bands[2] == 10);
  CHECK(bands[3] == 70);
}
