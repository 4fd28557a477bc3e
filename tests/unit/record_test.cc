// SPDX-License-Identifier: Apache-2.0
// Manifest lines against the contract's list of fields, NTFS times against known dates, outcomes to
// bytes and back.
#include "manifest/record.h"

#include "base/error.h"
#include "manifest_fixture.h"
#include "support/catch.h"
#include "support/hash_all.h"

#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

Names keys(const Json& object) {
  Names names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

constexpr u64 kUnixEpoch = 116'444'736'000'000'000;
constexpr u64 kTicksPerDay = 864'000'000'000;

/// Counts calendar dates day by day, which shares nothing with the division by cycles under test.
struct DayCounter {
  int year = 1601, month = 1, day = 1;
  void next() {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const std::array<int, 12> lengths{31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (++day <= lengths.at(static_cast<std::size_t>(month - 1))) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    ++year;
  }
};

Finding full_finding() {
  Finding finding;
  finding.stream = {.volume = 2, .record = 71, .sequence = 3, .attribute = 5};
  finding.path = "Users/a.txt";
  finding.links = {"Users/b.txt"};
  finding.stream_name = "Zone.Identifier";
  finding.size = 12;
  finding.si = Times{kUnixEpoch, kUnixEpoch + 1, 0, kUnixEpoch};
  finding.hashes = hash_all(bytes_of("x"));
  finding.extents = {{0, 4096, 12}, {12, std::nullopt, 3}};
  finding.cause = RuleRef{.name = "r",
                          .name_space = "n",
                          .tags = {"t"},
                          .meta = {{"author", std::string("A")},
                                   {"score", i64{-5}},
                                   {"author", true},
                                   {"author", std::string("B")}},
                          .file = "a.yar",
                          .file_sha256 = sha256_of("a")};
  finding.matches = {{"$a", 4, 2, 4100, "4142"}};
  return finding;
}

} // namespace

TEST_CASE("a case line has every field of the contract in order") {
  const Json line = Json::parse(manifest_line(some_case()));
  CHECK(keys(line) == Names{"type", "schema", "tool", "engines", "info", "image", "rules",
                            "hash_sets", "scope", "options"});
  CHECK(line["type"] == "case");
  CHECK(line["schema"] == "coldsweep-manifest/1");
  CHECK(keys(line["tool"]) == Names{"name", "version", "commit"});
  CHECK(line["tool"]["name"] == "coldsweep");
  CHECK(keys(line["image"]) == Names{"format", "size", "segments", "acquisition", "stored_hashes",
                                     "computed_hashes", "hash_match"});
  CHECK(keys(line["image"]["segments"][0]) == Names{"name", "size"});
  CHECK(keys(line["image"]["acquisition"]) ==
        Names{"case_number", "evidence_number", "examiner", "acquired", "tool", "zone"});
  CHECK(line["image"]["acquisition"]["case_number"].is_null());
  CHECK(line["image"]["acquisition"]["examiner"] == "N. N.");
  CHECK(keys(line["image"]["stored_hashes"]) == Names{"md5", "sha1"});
  CHECK(line["image"]["computed_hashes"].is_null());
  CHECK(keys(line["rules"]) == Names{"sha256", "files", "rejected"});
  CHECK(keys(line["rules"]["files"][0]) == Names{"path", "sha256", "rules"});
  CHECK(keys(line["rules"]["rejected"][0]) == Names{"path", "line", "message"});
  CHECK(line["scope"] == Json::array({"allocated", "deleted"}));
  CHECK(line["options"].is_object());
}

TEST_CASE("what the examiner states about the case is null if nothing was stated") {
  CHECK(Json::parse(manifest_line(CaseRecord{}))["info"].is_null());
  CaseRecord record;
  record.info = CaseInfo{"2021-17", {}, "N. N.", {}, "two\nlines"};
  CHECK(Json::parse(manifest_line(record))["info"].dump() ==
        R"({"case_number":"2021-17","exhibit":null,"examiner":"N. N.","agency":null,)"
        R"("notes":"two\nlines"})");
}

TEST_CASE("a finding names one cause: a rule, a hash set or an anomaly") {
  Finding finding = full_finding();
  finding.cause = HashSetHit{"known-bad.txt", "5f3c", "a tool"};
  finding.known = HashSetHit{"rds.db", "nc.exe", ""};
  const Json by_hash = Json::parse(manifest_line(finding));
  CHECK(by_hash["rule"].is_null());
  CHECK(by_hash["hash_set"] ==
        Json{{"name", "known-bad.txt"}, {"entry", "5f3c"}, {"note", "a tool"}});
  CHECK(by_hash["known"] == Json{{"set", "rds.db"}, {"entry", "nc.exe"}});
  CHECK(by_hash["anomaly"].is_null());

  finding.cause = Anomaly{"reserved_name", "CON"};
  finding.log = LogPlace{7, "2021-03-02T10:11:12Z"};
  const Json odd = Json::parse(manifest_line(finding));
  CHECK(odd["rule"].is_null());
  CHECK(odd["hash_set"].is_null());
  CHECK(odd["anomaly"] == Json{{"name", "reserved_name"}, {"description", "CON"}});
  CHECK(odd["log"] == Json{{"line", 7}, {"time", "2021-03-02T10:11:12Z"}});
}

TEST_CASE("an empty case line still has arrays and objects where the contract has them") {
  const Json line = Json::parse(manifest_line(CaseRecord{}));
  for (const char* array :
       {"/image/segments", "/rules/files", "/rules/rejected", "/hash_sets", "/scope"})
    CHECK(line[Json::json_pointer(array)].is_array());
  for (const char* object : {"/engines", "/image/acquisition", "/image/stored_hashes", "/options"})
    CHECK(line[Json::json_pointer(object)].is_object());
}

TEST_CASE("a volume line has every field of the contract in order") {
  VolumeRecord volume = some_volume(2);
  const Json line = Json::parse(manifest_line(volume));
  CHECK(keys(line) == Names{"type", "id", "locator", "offset", "size", "filesystem", "cluster_size",
                            "serial", "label", "drive", "snapshot", "status", "note"});
  CHECK(line["serial"].is_null());
  CHECK(line["status"] == "swept");
  volume.offset = std::nullopt;
  volume.label = "";
  CHECK(Json::parse(manifest_line(volume))["offset"].is_null());
  CHECK(Json::parse(manifest_line(volume))["label"] == "");
}

TEST_CASE("a finding line has every field of the contract in order") {
  const Json line = Json::parse(manifest_line(full_finding()));
  CHECK(keys(line) == Names{"type",         "volume",     "path",        "links",     "stream",
                            "member",       "kind",       "within",      "record",    "sequence",
                            "attribute_id", "allocated",  "size",        "encoding",  "times",
                            "owner_sid",    "short_name", "path_source", "anomalies", "overwritten",
                            "recovered",    "hashes",     "extents",     "rule",      "hash_set",
                            "anomaly",      "matches",    "known",       "score",     "place",
                            "why",          "log",        "exported",    "locate"});
  CHECK(line["type"] == "finding");
  CHECK(line["kind"] == "data");
  CHECK(line["encoding"] == "plain");
  CHECK(line["record"] == 71);
  CHECK(line["attribute_id"] == 5);
  CHECK(keys(line["times"]) == Names{"si", "fn"});
  CHECK(keys(line["times"]["fn"]) == Names{"created", "modified", "mft_modified", "accessed"});
  CHECK(line["times"]["si"]["modified"] == "1970-01-01T00:00:00.0000001Z");
  CHECK(line["times"]["si"]["mft_modified"].is_null());
  CHECK(line["times"]["fn"]["created"].is_null());
  CHECK(keys(line["hashes"]) == Names{"md5", "sha1", "sha256"});
  CHECK(keys(line["extents"][0]) == Names{"offset", "media_offset", "length"});
  CHECK(line["extents"][1]["media_offset"].is_null());
  CHECK(keys(line["rule"]) == Names{"name", "namespace", "tags", "meta", "file", "file_sha256"});
  CHECK(keys(line["matches"][0]) ==
        Names{"id", "offset", "length", "media_offset", "data", "parts", "before", "after"});
  for (const char* absent : {"member", "within", "short_name", "path_source", "overwritten",
                             "hash_set", "anomaly", "known", "score", "place", "log", "owner_sid"})
    CHECK(line[absent].is_null());
  CHECK(line["why"] == Json::array());
  Finding hidden = full_finding();
  hidden.locate.clear();
  hidden.no_locate = "no command decrypts it";
  const Json without = Json::parse(manifest_line(hidden));
  CHECK(without["locate"].is_null());
  CHECK(without["no_locate"] == "no command decrypts it");
  CHECK(line["anomalies"] == Json::array());
  CHECK(line["recovered"] == false);
}

TEST_CASE("a part of a stream has its own kind and says what contains it") {
  Finding finding = full_finding();
  finding.stream.kind = StreamKind::unallocated;
  finding.stream.record = kNoRecord + 77;
  finding.part = Part{StreamKind::carved, 4096};
  finding.overwritten = Overwritten{3, 8};
  const Json line = Json::parse(manifest_line(finding));
  CHECK(line["kind"] == "carved");
  CHECK(line["within"] == Json{{"kind", "unallocated"}, {"offset", 4096}});
  CHECK(line["record"].is_null());
  CHECK(line["overwritten"] == Json{{"clusters", 3}, {"of", 8}});
  Issue issue;
  issue.record = kNoRecord + 77;
  CHECK(Json::parse(manifest_line(issue))["record"].is_null());
}

TEST_CASE("a meta name that occurs more than once has all its values") {
  const Json meta = Json::parse(manifest_line(full_finding()))["rule"]["meta"];
  CHECK(keys(meta) == Names{"author", "score"});
  CHECK(meta["author"] == Json::array({"A", true, "B"}));
  CHECK(meta["score"] == -5);
}

TEST_CASE("issue, coverage and seal lines have every field of the contract in order") {
  const Json issue = Json::parse(manifest_line(Issue{}));
  CHECK(keys(issue) ==
        Names{"type", "kind", "volume", "record", "path", "stream", "stage", "message", "bytes"});
  CHECK(issue["volume"].is_null());
  CHECK(issue["kind"] == "unreadable");

  CoverageRecord record;
  record.bytes.skipped_by["encrypted"] = 5;
  record.space.skip("efs", 5);
  const Json coverage = Json::parse(manifest_line(record));
  CHECK(keys(coverage) ==
        Names{"type", "volume", "streams", "bytes", "skipped_by", "logs", "clusters"});
  CHECK(keys(coverage["streams"]) == Names{"planned", "scanned", "skipped", "failed"});
  CHECK(keys(coverage["bytes"]) == Names{"planned", "scanned", "sparse", "skipped", "unreadable"});
  CHECK(coverage["skipped_by"]["encrypted"] == 5);
  CHECK(keys(coverage["clusters"]) == Names{"size", "streams", "slack", "unallocated", "metadata",
                                            "skipped", "unreadable", "skipped_by"});
  CHECK(coverage["clusters"]["skipped_by"]["efs"] == 5);

  CHECK(manifest_line(SealRecord{3, 2, 1, "ab"}) ==
        R"({"type":"seal","records":3,"findings":2,"issues":1,"sha256":"ab"})");
}

TEST_CASE("a record is one line of valid UTF-8, whatever the names hold") {
  const u64 seed = GENERATE(take(200, random(u64{0}, std::numeric_limits<u64>::max())));
  CAPTURE(seed);
  Random random(seed);
  for (const std::string& line :
       {manifest_line(random_finding(random, {})), manifest_line(random_issue(random))}) {
    CHECK(is_utf8(line));
    CHECK(line.find('\n') == std::string::npos);
    CHECK(Json::accept(line));
  }
}

TEST_CASE("names that differ only in bytes that are not UTF-8 differ in the manifest") {
  Finding one = full_finding(), other = full_finding();
  one.path = "a\xff";
  other.path = "a\xfe";
  CHECK(Json::parse(manifest_line(one))["path"] == "a\\xff");
  CHECK(manifest_line(one) != manifest_line(other));
  std::get<RuleRef>(one.cause).meta = {{"k\xff", std::string("v")},
                                       {"k\xfe", std::string("w\xff")}};
  CHECK(Json::parse(manifest_line(one))["rule"]["meta"].dump() ==
        R"({"k\\xff":"v","k\\xfe":"w\\xff"})");
}

TEST_CASE("NTFS times are shown as ISO 8601 with seven digits") {
  CHECK(iso_time(0) == std::nullopt);
  CHECK(iso_time(1) == "1601-01-01T00:00:00.0000001Z");
  CHECK(iso_time(kUnixEpoch) == "1970-01-01T00:00:00.0000000Z");
  CHECK(iso_time(kUnixEpoch + 1'614'679'872'1234567) == "2021-03-02T10:11:12.1234567Z");
  CHECK(iso_time(kUnixEpoch + 951'782'400 * u64{10'000'000}) == "2000-02-29T00:00:00.0000000Z");
  CHECK(iso_time(kUnixEpoch - 1) == "1969-12-31T23:59:59.9999999Z");
  CHECK(iso_time(std::numeric_limits<i64>::max()) == "30828-09-14T02:48:05.4775807Z");
  CHECK(iso_time(std::numeric_limits<u64>::max()) == "60056-05-28T05:36:10.9551615Z");
}

TEST_CASE("every day of 1,600 years has its date") {
  DayCounter counter;
  u64 wrong = 0;
  for (u64 day = 0; day < 4 * 146'097; ++day, counter.next()) {
    const std::string expected =
        fmt::format("{:04}-{:02}-{:02}T", counter.year, counter.month, counter.day);
    if (!iso_time(day * kTicksPerDay + 1)->starts_with(expected)) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(counter.year == 3201);
}

TEST_CASE("an outcome read back from its bytes is the same outcome") {
  const u64 seed = GENERATE(take(500, random(u64{0}, std::numeric_limits<u64>::max())));
  CAPTURE(seed);
  Random random(seed);
  const StreamId stream{.volume = static_cast<u32>(random.size()),
                        .record = random.size(),
                        .sequence = static_cast<u16>(random.size()),
                        .attribute = static_cast<u16>(random.size())};
  Outcome outcome = random_outcome(random, stream);
  outcome.bytes.planned = random.size();
  CHECK(parse_outcome(serialise(outcome)) == outcome);
}

TEST_CASE("a truncated outcome is refused, wherever it is cut") {
  Random random(1);
  Outcome outcome{.stream = {.record = 5}, .findings = {}, .issues = {}, .bytes = {}};
  outcome.findings.push_back(random_finding(random, outcome.stream));
  outcome.issues.push_back(random_issue(random));
  const std::string bytes = serialise(outcome);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(parse_outcome(std::string_view(bytes).substr(0, length)), FormatError);
  }
  CHECK_THROWS_AS(parse_outcome(bytes + "x"), FormatError);
}

TEST_CASE("damaged outcomes are read as some outcome or refused, and nothing worse") {
  Random random(2);
  for (int round = 0; round < 1'000; ++round) {
    std::string bytes = serialise(random_outcome(random, {.record = 9}));
    for (u64 left = 1 + random.below(3); left > 0; --left)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    try {
      const Outcome read = parse_outcome(bytes);
      CHECK(parse_outcome(serialise(read)) == read);
    } catch (const FormatError&) {
    }
  }
}

TEST_CASE("bytes crafted to exhaust stack or memory are refused") {
  const auto refused = [](const std::string& bytes) {
    CHECK_THROWS_AS(parse_outcome(bytes), FormatError);
  };
  const std::size_t many = 4 << 20;
  refused(std::string(many, '\x81'));              // arrays within arrays
  refused(std::string(many, '\x9f'));              // of indefinite length
  refused(std::string(many, '\x7f'));              // texts within texts
  refused(std::string(many, '\xc1'));              // tags of tags
  refused(std::string(many, '\xa1'));              // maps within maps
  refused("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"); // an array of 2^64 - 1
  refused("\xbb\x80" + std::string(7, '\0'));      // a map whose doubled size is 0 modulo 2^64
  refused("\x7b\xff\xff\xff\xff\xff\xff\xff\xff"); // a text of that length
  refused("\x3b\xff\xff\xff\xff\xff\xff\xff\xff"); // -2^64
  refused("");
  refused("\xf6");
  refused("\xa0");
}
