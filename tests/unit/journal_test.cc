// SPDX-License-Identifier: Apache-2.0
// The journal keeps what it is given, in order, across reopening, a killed process and a full disk.
// A file that is not a journal is refused.
#include "manifest/journal.h"

#include "base/error.h"
#include "base/subprocess.h"
#include "manifest/record.h"
#include "manifest_fixture.h"
#include "support/catch.h"

#include <csignal>
#include <limits>

#include <sys/resource.h>
#include <unistd.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

std::vector<Outcome> all_of(const Journal& journal) {
  std::vector<Outcome> outcomes;
  journal.for_each_outcome([&](const Outcome& outcome) { outcomes.push_back(outcome); });
  return outcomes;
}

u64 count_of(const Journal& journal) {
  u64 count = 0;
  journal.for_each_outcome([&](const Outcome&) { ++count; });
  return count;
}

bool has(const Journal& journal, const StreamId& stream) {
  bool found = false;
  journal.for_each_outcome([&](const Outcome& outcome) { found |= outcome.stream == stream; });
  return found;
}

std::vector<Outcome> sorted(std::vector<Outcome> outcomes) {
  std::sort(outcomes.begin(), outcomes.end(),
            [](const Outcome& a, const Outcome& b) { return a.stream < b.stream; });
  return outcomes;
}

Outcome plain_outcome(u64 record, u64 size = 100) {
  return {.stream = {.volume = 1, .record = record, .sequence = 1, .attribute = 1},
          .findings = {},
          .issues = {},
          .bytes = {.planned = size, .scanned = size, .skipped_by = {}}};
}

void put_byte(const std::filesystem::path& path, std::size_t offset, char byte) {
  std::string content = content_of(path);
  content.at(offset) = byte;
  overwrite(path, content);
}

} // namespace

TEST_CASE("a journal returns every outcome in the order of the streams") {
  const u64 seed = GENERATE(take(10, random(u64{0}, std::numeric_limits<u64>::max())));
  CAPTURE(seed);
  Random random(seed);
  TempDir folder;
  CaseContent content = random_case(random, 60);
  content.outcomes.push_back(plain_outcome(1'000, std::numeric_limits<u64>::max()));
  random.shuffle(content.outcomes);
  journal_of(content, folder.path());

  const Journal journal = Journal::open(folder.path());
  CHECK(count_of(journal) == content.outcomes.size());
  CHECK(all_of(journal) == sorted(content.outcomes));
  CHECK(has(journal, content.outcomes.front().stream));
  CHECK_FALSE(has(journal, {.volume = 9}));
}

TEST_CASE("an outcome written again replaces the one of the same stream") {
  TempDir folder;
  Journal journal = Journal::create(folder.path());
  Random random(3);
  Outcome first = plain_outcome(4);
  first.issues.push_back(random_issue(random));
  journal.write(first);
  journal.write(plain_outcome(4));
  CHECK(count_of(journal) == 1);
  CHECK(all_of(journal) == std::vector{plain_outcome(4)});
}

TEST_CASE(
    "a journal's header has the case, the volumes by id and the issues that belong to no stream") {
  TempDir folder;
  Random random(4);
  CaseContent content;
  content.volumes = {some_volume(7), some_volume(2), some_volume(5, VolumeStatus::locked)};
  content.issues = {random_issue(random), random_issue(random), random_issue(random)};
  journal_of(content, folder.path());

  const Journal::Header header = Journal::open(folder.path()).header();
  CHECK(header.case_line == manifest_line(some_case()));
  CHECK(header.volume_lines == std::vector{manifest_line(content.volumes[1]),
                                           manifest_line(content.volumes[2]),
                                           manifest_line(content.volumes[0])});
  CHECK(header.swept_volumes ==
        std::map<u32, SpaceAccount>{{2, content.volumes[1].rest}, {7, content.volumes[0].rest}});
  CHECK(header.issues == content.issues);
}

TEST_CASE("150,000 streams with nothing to report make a small journal") {
  TempDir folder;
  {
    Journal journal = Journal::create(folder.path());
    for (u64 record = 0; record < 150'000; ++record) journal.write(plain_outcome(record, record));
    journal.flush();
    CHECK(count_of(journal) == 150'000);
  }
  CHECK(std::filesystem::file_size(folder / "case.db") < 150'000 * 32);
  CHECK_FALSE(std::filesystem::exists(folder / "case.db-wal"));
}

TEST_CASE("a killed process loses at most the last batch") {
  TempDir folder;
  const ChildAnswer answer = ask_child(
      [&]() -> std::string {
        Journal journal = Journal::create(folder.path());
        for (u64 record = 0; record < 45'000; ++record) journal.write(plain_outcome(record));
        std::raise(SIGKILL);
        return {};
      },
      std::chrono::seconds(60));
  CHECK_FALSE(answer.output);
  const std::vector<Outcome> kept = all_of(Journal::open(folder.path()));
  REQUIRE(kept.size() >= 40'000);
  CHECK(kept.back() == plain_outcome(kept.size() - 1));
}

TEST_CASE(
    "a full disk stops the journal with an error that names it, and committed outcomes stay") {
  TempDir folder;
  Journal::create(folder.path()).flush();
  const ChildAnswer answer = ask_child(
      [&]() -> std::string {
        std::signal(SIGXFSZ, SIG_IGN);
        Journal journal = Journal::open(folder.path());
        const rlimit limit{4'000'000, 4'000'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        for (u64 record = 0; record < 400'000; ++record) journal.write(plain_outcome(record));
        journal.flush();
        return "written";
      },
      std::chrono::seconds(60));
  CHECK_FALSE(answer.output);
  CHECK_THAT(answer.failure, ContainsSubstring("case.db: "));
  const std::vector<Outcome> kept = all_of(Journal::open(folder.path()));
  REQUIRE_FALSE(kept.empty());
  CHECK(kept.back() == plain_outcome(kept.size() - 1));
}

TEST_CASE("a file that is not a journal is refused, with what was expected") {
  TempDir folder;
  const auto refused = [&](const char* why) {
    CHECK_THROWS_MATCHES(Journal::open(folder.path()), Error,
                         MessageMatches(ContainsSubstring("case.db") &&
                                        ContainsSubstring("expected") && ContainsSubstring(why)));
  };
  refused("no such file");
  overwrite(folder / "case.db", "a text that is long enough to be taken for a database header ...");
  refused("not a database");
  overwrite(folder / "case.db", "");
  refused("another program");

  overwrite(folder / "case.db", "");
  std::filesystem::remove(folder / "case.db");
  {
    Journal journal = Journal::create(folder.path());
    for (u64 record = 0; record < 2'000; ++record) journal.write(plain_outcome(record));
  }
  const std::string good = content_of(folder / "case.db");
  put_byte(folder / "case.db", 68, 'x'); // https://www.sqlite.org/fileformat.html: application id
  refused("another program");
  overwrite(folder / "case.db", good);
  put_byte(folder / "case.db", 63, 9); // user version
  refused("version 9");
  overwrite(folder / "case.db", good.substr(0, good.size() / 2));
  refused("malformed");
}

TEST_CASE("a journal is not created over another") {
  TempDir folder;
  Journal::create(folder.path()).flush();
  CHECK_THROWS_MATCHES(Journal::create(folder.path()), Error,
                       MessageMatches(ContainsSubstring("case.db")));
  CHECK_THROWS_AS(Journal::create(folder / "absent"), Error);
}

TEST_CASE("a damaged journal is read or refused, and nothing worse") {
  TempDir folder;
  Random random(5);
  journal_of(random_case(random, 60), folder.path());
  const std::string good = content_of(folder / "case.db");
  u64 refusals = 0;
  for (int round = 0; round < 200; ++round) {
    std::string bad = good;
    for (int i = 0; i < 4; ++i)
      bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    overwrite(folder / "case.db", bad);
    try {
      const Journal journal = Journal::open(folder.path());
      (void)journal.header();
      (void)all_of(journal);
    } catch (const Error&) {
      ++refusals;
    }
  }
  CHECK(refusals > 0);
}
