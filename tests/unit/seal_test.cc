// SPDX-License-Identifier: Apache-2.0
// The sealed manifest depends on what the journal holds and on nothing else, adds up, and is whole
// or absent.
#include "manifest/seal.h"

#include "base/error.h"
#include "base/subprocess.h"
#include "manifest/record.h"
#include "manifest_fixture.h"
#include "support/catch.h"

#include <csignal>
#include <limits>
#include <thread>
#include <tuple>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Json = nlohmann::ordered_json;

namespace {

std::vector<Json> records_of(const std::filesystem::path& folder) {
  std::vector<Json> records;
  for (const std::string& line : lines_of(content_of(folder / "manifest.jsonl")))
    records.push_back(Json::parse(line));
  return records;
}

std::vector<Json> of_type(const std::vector<Json>& records, std::string_view type) {
  std::vector<Json> chosen;
  std::copy_if(records.begin(), records.end(), std::back_inserter(chosen),
               [&](const Json& record) { return record["type"] == type; });
  return chosen;
}

Outcome outcome_with(u64 record, ByteAccount bytes) {
  return {.stream = {.volume = 1, .record = record},
          .findings = {},
          .issues = {},
          .bytes = std::move(bytes)};
}

Issue issue_of(std::optional<u32> volume, std::optional<u64> record, const char* message) {
  Issue issue;
  issue.volume = volume;
  issue.record = record;
  issue.stage = "read";
  issue.message = message;
  return issue;
}

} // namespace

TEST_CASE("the order in which outcomes arrive leaves no trace in the manifest") {
  const u64 seed = GENERATE(take(2, random(u64{0}, std::numeric_limits<u64>::max())));
  CAPTURE(seed);
  Random random(seed);
  CaseContent content = random_case(random, 30);
  std::string first;
  for (int order = 0; order < 20; ++order) {
    TempDir folder;
    const SealSummary summary = seal(journal_of(content, folder.path()), folder.path());
    const std::string manifest = content_of(folder / "manifest.jsonl");
    if (order == 0) first = manifest;
    REQUIRE(manifest == first);
    CHECK(summary.sha256 == sha256_of(manifest.substr(0, manifest.rfind("{\"type\":\"seal\""))));

    random.shuffle(content.outcomes);
    random.shuffle(content.issues);
    random.shuffle(content.volumes);
    for (Outcome& outcome : content.outcomes) {
      random.shuffle(outcome.findings);
      random.shuffle(outcome.issues);
    }
  }
}

TEST_CASE("the summary, the seal and the lines of the manifest agree") {
  TempDir folder;
  Random random(6);
  const CaseContent content = random_case(random, 200);
  const SealSummary summary = seal(journal_of(content, folder.path()), folder.path());
  const std::vector<Json> records = records_of(folder.path());
  const Json& last = records.back();
  CHECK(last["type"] == "seal");
  CHECK(last["records"] == records.size() - 1);
  CHECK(summary.records == records.size() - 1);
  CHECK(last["findings"] == of_type(records, "finding").size());
  CHECK(summary.findings == of_type(records, "finding").size());
  CHECK(last["issues"] == of_type(records, "issue").size());
  CHECK(summary.issues == of_type(records, "issue").size());
  CHECK(last["sha256"] == summary.sha256);
  CHECK(summary.streams.planned == 200);
  CHECK(summary.bytes.balanced());

  std::map<std::string, u64> by_cause, by_kind;
  for (const Json& finding : of_type(records, "finding"))
    for (const auto& [cause, title] :
         {std::pair{"rule", "name"}, {"hash_set", "entry"}, {"anomaly", "name"}})
      if (!finding[cause].is_null()) ++by_cause[finding[cause][title]];
  for (const Json& issue : of_type(records, "issue")) ++by_kind[issue["kind"]];
  CHECK(summary.findings_by_cause == by_cause);
  CHECK(summary.issues_by_kind == by_kind);
}

TEST_CASE("records are in the contract's order") {
  TempDir folder;
  Random random(7);
  seal(journal_of(random_case(random, 200), folder.path()), folder.path());
  const std::vector<Json> records = records_of(folder.path());

  std::vector<std::string> sections;
  for (const Json& record : records)
    if (sections.empty() || sections.back() != record["type"].get<std::string>())
      sections.push_back(record["type"]);
  CHECK(sections ==
        std::vector<std::string>{"case", "volume", "finding", "issue", "coverage", "seal"});

  const auto key = [](const Json& finding) {
    return std::tuple(finding["volume"].get<u64>(), finding["record"].get<u64>(),
                      finding["attribute_id"].get<u64>());
  };
  const std::vector<Json> findings = of_type(records, "finding");
  CHECK(std::is_sorted(findings.begin(), findings.end(),
                       [&](const Json& a, const Json& b) { return key(a) < key(b); }));
  CHECK(of_type(records, "coverage").size() == 2);
}

TEST_CASE("findings of one stream are ordered by member, namespace and rule") {
  TempDir folder;
  Outcome outcome = outcome_with(5, {});
  const auto add = [&](std::optional<std::string> member, const char* name_space,
                       const char* rule) {
    Finding finding;
    finding.stream = outcome.stream;
    finding.member = std::move(member);
    finding.cause = RuleRef{.name = rule,
                            .name_space = name_space,
                            .tags = {},
                            .meta = {},
                            .file = {},
                            .file_sha256 = {}};
    outcome.findings.push_back(finding);
  };
  add("b", "n1", "r1");
  add("a", "n2", "r1");
  add("a", "n1", "r2");
  add("a", "n1", "r1");
  add(std::nullopt, "n9", "r9");
  seal(journal_of({{some_volume(1)}, {outcome}, {}}, folder.path()), folder.path());
  std::vector<std::string> order;
  for (const Json& finding : of_type(records_of(folder.path()), "finding"))
    order.push_back(finding["member"].dump() + " " +
                    finding["rule"]["namespace"].get<std::string>() + " " +
                    finding["rule"]["name"].get<std::string>());
  CHECK(order == std::vector<std::string>{"null n9 r9", "\"a\" n1 r1", "\"a\" n1 r2", "\"a\" n2 r1",
                                          "\"b\" n1 r1"});
}

TEST_CASE("issues are ordered by volume and record, with those of no stream first") {
  TempDir folder;
  Outcome third = outcome_with(3, {});
  third.issues = {issue_of(1, 3, "stream 3 b"), issue_of(1, 3, "stream 3 a")};
  Outcome ninth = outcome_with(9, {});
  ninth.issues = {issue_of(1, 9, "stream 9")};
  const std::vector<Issue> loose{issue_of(2, {}, "volume 2"), issue_of(1, 9, "record 9"),
                                 issue_of(1, 4, "record 4"),  issue_of(1, {}, "volume 1"),
                                 issue_of({}, {}, "whole"),   issue_of(1, 10, "record 10")};
  seal(journal_of({{some_volume(1), some_volume(2)}, {third, ninth}, loose}, folder.path()),
       folder.path());
  std::vector<std::string> order;
  for (const Json& issue : of_type(records_of(folder.path()), "issue"))
    order.push_back(issue["message"]);
  CHECK(order == std::vector<std::string>{"whole", "volume 1", "stream 3 a", "stream 3 b",
                                          "record 4", "record 9", "stream 9", "record 10",
                                          "volume 2"});
}

TEST_CASE("each stream counts as exactly one of scanned, skipped and failed") {
  TempDir folder;
  const ByteAccount empty;
  const ByteAccount whole{.planned = 10, .scanned = 10, .skipped_by = {}};
  const ByteAccount in_part{.planned = 10, .scanned = 4, .unreadable = 6, .skipped_by = {}};
  const ByteAccount hole{.planned = 10, .sparse = 10, .skipped_by = {}};
  const ByteAccount lost{.planned = 10, .sparse = 2, .unreadable = 8, .skipped_by = {}};
  const ByteAccount passed{.planned = 10, .skipped = 10, .skipped_by = {{"encrypted", 10}}};
  std::vector<Outcome> outcomes;
  for (const ByteAccount& bytes : {empty, whole, in_part, hole, lost, passed})
    outcomes.push_back(outcome_with(outcomes.size(), bytes));
  seal(journal_of({{some_volume(1), some_volume(4)}, outcomes, {}}, folder.path()), folder.path());

  const std::vector<Json> coverage = of_type(records_of(folder.path()), "coverage");
  REQUIRE(coverage.size() == 2);
  CHECK(coverage[0]["streams"].dump() == R"({"planned":6,"scanned":4,"skipped":1,"failed":1})");
  CHECK(coverage[0]["bytes"].dump() ==
        R"({"planned":50,"scanned":14,"sparse":12,"skipped":10,"unreadable":14})");
  CHECK(coverage[0]["skipped_by"].dump() == R"({"encrypted":10})");
  CHECK(coverage[1]["streams"]["planned"] == 0); // swept, but has no streams
}

TEST_CASE("an outcome that contradicts itself stops the seal and is named") {
  TempDir folder;
  const auto refused = [&](const Outcome& outcome, const char* why) {
    TempDir other;
    const Journal journal = journal_of({{some_volume(1)}, {outcome}, {}}, other.path());
    CHECK_THROWS_MATCHES(seal(journal, other.path()), Error,
                         MessageMatches(ContainsSubstring("record 77") && ContainsSubstring(why)));
    CHECK_FALSE(std::filesystem::exists(other / "manifest.jsonl"));
    CHECK_FALSE(std::filesystem::exists(other / "manifest.jsonl.partial"));
  };
  refused(outcome_with(77, {.planned = 10, .scanned = 9, .skipped_by = {}}), "add up");
  refused(outcome_with(77, {.planned = 10, .skipped = 10, .skipped_by = {{"x", 9}}}), "add up");
  Outcome elsewhere = outcome_with(77, {});
  elsewhere.stream.volume = 3;
  refused(elsewhere, "not swept");
  Outcome foreign = outcome_with(77, {});
  foreign.findings.emplace_back();
  refused(foreign, "another stream");
}

TEST_CASE("a journal without a case is not sealed") {
  TempDir folder;
  const Journal journal = Journal::create(folder.path());
  CHECK_THROWS_AS(seal(journal, folder.path()), Error);
  CHECK_FALSE(std::filesystem::exists(folder / "manifest.jsonl"));
}

TEST_CASE("a full disk leaves no manifest, and sealing later writes the whole one") {
  TempDir folder;
  Random random(8);
  const CaseContent content = random_case(random, 400);
  journal_of(content, folder.path());
  const ChildAnswer answer = ask_child(
      [&]() -> std::string {
        std::signal(SIGXFSZ, SIG_IGN);
        const Journal journal = Journal::open(folder.path());
        const rlimit limit{100'000, 100'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        seal(journal, folder.path());
        return "sealed";
      },
      std::chrono::seconds(60));
  CHECK_FALSE(answer.output);
  CHECK_THAT(answer.failure, ContainsSubstring("manifest.jsonl.partial: can't be written"));
  CHECK_FALSE(std::filesystem::exists(folder / "manifest.jsonl"));
  CHECK_FALSE(std::filesystem::exists(folder / "manifest.jsonl.partial"));

  seal(Journal::open(folder.path()), folder.path());
  CHECK(std::filesystem::file_size(folder / "manifest.jsonl") > 100'000);
  CHECK(verify_case(folder.path()).first_problem.value_or("none") == "none");
}

TEST_CASE("half-written files of a killed sweep do not get into the sealed case") {
  TempDir folder;
  Random random(9);
  CaseContent content = random_case(random, 40);
  keep_copies(content, folder.path());
  overwrite(folder / "manifest.jsonl.partial", "half a line");
  overwrite(folder / "evidence/.partial-12-34", "half a copy");
  seal(journal_of(content, folder.path()), folder.path());
  CHECK_FALSE(std::filesystem::exists(folder / "manifest.jsonl.partial"));
  CHECK(verify_case(folder.path()).first_problem.value_or("none") == "none");
}

TEST_CASE("an evidence copy is named by its hash, read-only and kept once") {
  TempDir folder;
  const EvidenceStore store(folder.path());
  const std::string content = "matched", name = sha256_of(content);
  store.keep(name, bytes_of(content));
  const std::filesystem::path copy = folder.path() / EvidenceStore::relative_path(name);
  CHECK(copy == folder.path() / "evidence" / name.substr(0, 2) / name);
  CHECK(content_of(copy) == content);
  CHECK((std::filesystem::status(copy).permissions() & std::filesystem::perms(0777)) ==
        std::filesystem::perms(0400));

  const auto written = std::filesystem::last_write_time(copy);
  store.keep(name, bytes_of(content));
  CHECK(std::filesystem::last_write_time(copy) == written);

  overwrite(copy, "mat"); // as a power failure may leave it
  store.keep(name, bytes_of(content));
  CHECK(content_of(copy) == content);
  store.keep(sha256_of(""), {});
  CHECK(content_of(folder.path() / EvidenceStore::relative_path(sha256_of(""))).empty());
}

TEST_CASE("a link planted in place of the evidence folder leads no copy elsewhere") {
  TempDir folder, elsewhere;
  const std::string first = "first", second = "second";
  {
    const EvidenceStore store(folder.path());
    store.keep(sha256_of(first), bytes_of(first));
    std::filesystem::rename(folder / "evidence", folder / "moved");
    std::filesystem::create_directory_symlink(elsewhere.path(), folder / "evidence");
    store.keep(sha256_of(second), bytes_of(second)); // through the descriptor
    CHECK(content_of(folder / "moved" / sha256_of(second).substr(0, 2) / sha256_of(second)) ==
          second);
  }
  const EvidenceStore store(folder.path());
  CHECK_THROWS_AS(store.keep(sha256_of(first), bytes_of(first)), Error);
  std::filesystem::remove(folder / "evidence");
  std::filesystem::create_directory(folder / "evidence");
  const std::filesystem::path copy = folder.path() / EvidenceStore::relative_path(sha256_of(first));
  std::filesystem::create_directory_symlink(elsewhere.path(), copy.parent_path());
  CHECK_THROWS_AS(store.keep(sha256_of(first), bytes_of(first)), Error);
  std::filesystem::remove(copy.parent_path());
  std::filesystem::create_directory(copy.parent_path());
  overwrite(elsewhere / "victim", "precious");
  std::filesystem::create_symlink(elsewhere / "victim", copy);
  store.keep(sha256_of(first), bytes_of(first)); // the link gives way to the copy
  CHECK(!std::filesystem::is_symlink(copy));
  CHECK(content_of(elsewhere / "victim") == "precious");
  CHECK(std::distance(std::filesystem::directory_iterator(elsewhere.path()), {}) == 1);
}

TEST_CASE("a journal that is a link is not opened") {
  TempDir folder, elsewhere;
  Journal::create(elsewhere.path()).flush();
  std::filesystem::create_symlink(elsewhere / "case.db", folder / "case.db");
  CHECK_THROWS_AS(Journal::open(folder.path()), Error);
  CHECK_THROWS_AS(Journal::create(folder.path()), Error);
  std::filesystem::create_directory_symlink(elsewhere.path(), folder / "linked");
  CHECK_NOTHROW(Journal::open(folder / "linked")); // the user's own path may lead through links
}

TEST_CASE("sealing that is stopped leaves no manifest, and sealing later writes the whole one") {
  TempDir folder;
  Random random(12);
  const CaseContent content = random_case(random, 400);
  const Journal journal = journal_of(content, folder.path());
  StopFlag stop;
  u64 adjusted = 0;
  const FindingAdjuster at_the_tenth = [&](Finding&) {
    if (++adjusted == 10) stop.set();
  };
  CHECK_THROWS_AS(seal(journal, folder.path(), at_the_tenth, &stop), Stopped);
  CHECK(adjusted < 20);
  CHECK_FALSE(std::filesystem::exists(folder / "manifest.jsonl"));
  CHECK_FALSE(std::filesystem::exists(folder / "manifest.jsonl.partial"));
  seal(journal, folder.path());
  CHECK(verify_case(folder.path()).first_problem.value_or("none") == "none");
}

TEST_CASE("only a SHA-256 names an evidence copy") {
  TempDir folder;
  const EvidenceStore store(folder.path());
  for (const std::string& name :
       {std::string(), std::string("../../x"), std::string(64, 'A'), std::string(64, '/'),
        std::string(63, 'a'), std::string(65, 'a'), "../" + std::string(61, 'a')})
    CHECK_THROWS_AS(store.keep(name, bytes_of("x")), Error);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("threads that keep the same contents at once leave one good copy of each") {
  TempDir folder;
  const EvidenceStore store(folder.path());
  const auto content = [](int number) { return std::string(20'000, static_cast<char>(number)); };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&] {
      for (int number = 0; number < 40; ++number)
        store.keep(sha256_of(content(number)), bytes_of(content(number)));
    });
  for (std::thread& thread : threads) thread.join();
  u64 files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
    if (entry.is_regular_file()) {
      ++files;
      CHECK(sha256_of_file(entry.path()) == entry.path().filename());
    }
  CHECK(files == 40);
}
