// SPDX-License-Identifier: Apache-2.0
// Every change to a sealed case is found, and named with its place.
#include "manifest/seal.h"

#include "base/error.h"
#include "manifest/record.h"
#include "manifest_fixture.h"
#include "support/catch.h"

#include <limits>

#include <nlohmann/json.hpp>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace {

/// A small sealed case with copies.
class SealedCase {
public:
  explicit SealedCase(u64 seed = 10) {
    Random random(seed);
    CaseContent content = random_case(random, 16);
    keep_copies(content, folder_.path());
    summary = seal(journal_of(content, folder_.path()), folder_.path());
    lines = lines_of(content_of(manifest()));
    lines.pop_back();
  }

  std::filesystem::path manifest() const { return folder_ / "manifest.jsonl"; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::optional<std::string> problem() const { return verify_case(folder_.path()).first_problem; }

  std::vector<std::filesystem::path> copies() const {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "evidence"))
      if (entry.is_regular_file()) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  /// The index of the first line of a type.
  std::size_t first(const std::string& type) const {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.starts_with("{\"type\":\"" + type + "\"");
    });
    REQUIRE(found != lines.end());
    return static_cast<std::size_t>(found - lines.begin());
  }

  /// Replaces a part of a line; it must be there.
  void edit(std::size_t line, const std::string& from, const std::string& to) {
    const std::size_t at = lines.at(line).find(from);
    REQUIRE(at != std::string::npos);
    lines.at(line).replace(at, from.size(), to);
  }

  /// Writes `lines` under a fresh seal, as a forger who knows the format would.
  void reseal() {
    SealRecord record;
    std::string text;
    for (const std::string& line : lines) {
      text += line + "\n";
      if (line.starts_with("{\"type\":\"finding\"")) ++record.findings;
      if (line.starts_with("{\"type\":\"issue\"")) ++record.issues;
    }
    record.records = lines.size();
    record.sha256 = sha256_of(text);
    overwrite(manifest(), text + manifest_line(record) + "\n");
  }

  SealSummary summary;
  std::vector<std::string> lines; ///< without the seal

private:
  TempDir folder_;
};

std::string shown(std::size_t index) {
  return "manifest.jsonl line " + std::to_string(index + 1) + ": ";
}

/// One byte changed, inserted or removed, or the rest cut off.
std::string damaged(const std::string& good, Random& random) {
  std::string bad = good;
  const std::size_t at = random.below(good.size());
  switch (random.below(4)) {
  case 0:
    do bad[at] = static_cast<char>(random.below(256));
    while (bad == good);
    break;
  case 1: bad.insert(at, 1, static_cast<char>(random.coin() ? ' ' : random.below(256))); break;
  case 2: bad.erase(at, 1); break;
  default: bad.resize(at);
  }
  return bad;
}

} // namespace

TEST_CASE("a sealed case verifies, with the numbers of its summary") {
  const u64 seed = GENERATE(take(20, random(u64{0}, std::numeric_limits<u64>::max())));
  CAPTURE(seed);
  const SealedCase sealed(seed);
  const Verification verification = verify_case(sealed.folder());
  CHECK(verification.first_problem.value_or("none") == "none");
  CHECK(verification.records == sealed.summary.records);
  CHECK(verification.findings == sealed.summary.findings);
  CHECK(verification.issues == sealed.summary.issues);
  CHECK(verification.evidence_files == sealed.summary.findings / 2);
}

TEST_CASE("a resealed copy of the same lines verifies") {
  SealedCase sealed;
  sealed.reseal();
  CHECK(sealed.problem().value_or("none") == "none");
}

TEST_CASE("every random edit of a manifest is found") {
  const SealedCase sealed;
  const std::string good = content_of(sealed.manifest());
  const std::size_t seal_start = good.rfind("{\"type\":\"seal\"");
  const u64 seed = GENERATE(take(4, random(u64{0}, std::numeric_limits<u64>::max())));
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    // The seal is a small part of the file and the only part that no hash covers.
    const bool in_seal = round % 2 == 0;
    const std::string bad =
        in_seal ? good.substr(0, seal_start) + damaged(good.substr(seal_start), random)
                : damaged(good, random);
    overwrite(sealed.manifest(), bad);
    const std::optional<std::string> problem = sealed.problem();
    if (bad == good) continue; // the edit changed nothing
    CAPTURE(round, in_seal);
    REQUIRE(problem);
    REQUIRE_THAT(*problem, StartsWith("manifest.jsonl"));
  }
}

TEST_CASE("every random edit of an evidence copy is found and named") {
  const SealedCase sealed;
  const std::vector<std::filesystem::path> copies = sealed.copies();
  REQUIRE_FALSE(copies.empty());
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    const std::filesystem::path& copy = copies[random.below(copies.size())];
    const std::string good = content_of(copy);
    overwrite(copy, damaged(good, random));
    const std::string name = copy.filename().string();
    CHECK(sealed.problem() == "evidence/" + name.substr(0, 2) + "/" + name + ": its hash is " +
                                  sha256_of(content_of(copy)));
    overwrite(copy, good);
  }
  CHECK(sealed.problem().value_or("none") == "none");
}

TEST_CASE("missing, extra and misplaced evidence files are found and named") {
  const SealedCase sealed;
  const std::filesystem::path copy = sealed.copies().front();
  const std::string name = copy.filename().string(), content = content_of(copy);
  const auto expect = [&](const std::string& text) {
    const std::optional<std::string> problem = sealed.problem();
    REQUIRE(problem);
    CHECK_THAT(*problem, ContainsSubstring(text));
  };
  std::filesystem::remove(copy);
  expect("its copy evidence/" + name.substr(0, 2) + "/" + name + " is missing");
  std::filesystem::create_symlink("/etc/hostname", copy);
  expect("is missing");
  std::filesystem::remove(copy);
  overwrite(copy, content);

  const std::filesystem::path extra = copy.parent_path() / sha256_of("extra");
  overwrite(extra, "extra");
  expect("evidence/" + name.substr(0, 2) + "/" + sha256_of("extra") + ": no finding names it");
  std::filesystem::remove(extra);
  overwrite(sealed.folder() / "evidence/note", "x");
  expect("evidence/note: no finding names it");
  std::filesystem::remove(sealed.folder() / "evidence/note");
  std::filesystem::create_directory(sealed.folder() / "evidence/zz");
  overwrite(sealed.folder() / "evidence/zz" / name, content);
  expect("evidence/zz/" + name + ": no finding names it");
}

TEST_CASE("a forged manifest under a fresh seal is rejected where it contradicts itself") {
  SealedCase sealed;
  const auto expect = [&](std::size_t line, const std::string& text) {
    sealed.reseal();
    const std::optional<std::string> problem = sealed.problem();
    REQUIRE(problem);
    CHECK_THAT(*problem, StartsWith(shown(line)) && ContainsSubstring(text));
  };
  const std::size_t finding = sealed.first("finding"), issue = sealed.first("issue"),
                    coverage = sealed.first("coverage"), volume = sealed.first("volume");
  SECTION("a schema of another version") {
    sealed.edit(0, "manifest/1", "manifest/2");
    expect(0, "schema");
  }
  SECTION("findings out of order") {
    std::swap(sealed.lines[finding], sealed.lines[issue - 1]);
    expect(finding + 1, "order");
  }
  SECTION("an issue among the findings") {
    std::swap(sealed.lines[finding + 1], sealed.lines[issue]);
    expect(finding + 2, "does not belong after");
  }
  SECTION("two cases") {
    sealed.lines.insert(sealed.lines.begin(), sealed.lines.front());
    expect(1, "`case`");
  }
  SECTION("no case") {
    sealed.lines.erase(sealed.lines.begin());
    expect(0, "expected a `case` record");
  }
  SECTION("no lines at all") {
    sealed.lines.clear();
    expect(0, "expected a `case` record");
  }
  SECTION("a volume twice") {
    sealed.lines[volume + 1] = sealed.lines[volume];
    expect(volume + 1, "order of ids");
  }
  SECTION("a finding on a volume that is not listed") {
    const std::size_t last = issue - 1;
    sealed.edit(last, "\"volume\":2", "\"volume\":9");
    expect(last, "volume 9 is not listed");
  }
  SECTION("bytes that don't add up") {
    sealed.edit(coverage, "\"sparse\":", "\"sparse\":1");
    expect(coverage, "bytes don't add up");
  }
  SECTION("streams that don't add up") {
    sealed.edit(coverage, "\"planned\":", "\"planned\":1");
    expect(coverage, "streams don't add up");
  }
  SECTION("skipped bytes without a reason") {
    sealed.edit(coverage, "\"skipped_by\":{", "\"skipped_by\":{\"x\":1,");
    expect(coverage, "skipped_by");
  }
  SECTION("the coverage of a volume left out") {
    sealed.lines.pop_back();
    expect(sealed.lines.size(), "the coverage of volume 2 is missing");
  }
  SECTION("the coverage of a volume given twice") {
    sealed.lines.push_back(sealed.lines.back());
    expect(sealed.lines.size() - 1, "does not belong here");
  }
  SECTION("an issue of an unknown kind") {
    sealed.edit(issue, "\"kind\":\"", "\"kind\":\"x");
    expect(issue, "kind");
  }
  SECTION("a record of an unknown type") {
    sealed.edit(issue, "issue", "guess");
    expect(issue, "`guess`");
  }
  SECTION("a field given twice") {
    sealed.edit(issue, "{", "{\"bytes\":0,");
    expect(issue, "`bytes` occurs twice");
  }
  SECTION("something that is not a number") {
    sealed.edit(finding, "\"record\":", "\"record\":-");
    expect(finding, "`record` is not an unsigned number");
  }
  SECTION("an evidence name that leads out of the folder") {
    const auto exported =
        std::find_if(sealed.lines.begin(), sealed.lines.end(), [](const auto& line) {
          return line.find("\"exported\":true") != std::string::npos;
        });
    REQUIRE(exported != sealed.lines.end());
    const std::size_t at = exported->find("\"sha256\":\"") + 10;
    exported->replace(at, 64, "../../../../etc/passwd");
    expect(static_cast<std::size_t>(exported - sealed.lines.begin()), "64 lower-case hex digits");
  }
  SECTION("a line that is not an object") {
    for (const std::string& line :
         {std::string(), std::string("[]"), std::string("1"), std::string("{"), std::string("{}{}"),
          std::string("{\"type\":\"issue\"}\xff"), "{\"a\":" + std::string(2 << 20, '['),
          std::string("{\"type\":[\"issue\"]}")}) {
      sealed.lines[issue] = line;
      expect(issue, "");
    }
  }
}

TEST_CASE("nothing may follow the seal, and the last line must be complete") {
  const SealedCase sealed;
  const std::string good = content_of(sealed.manifest());
  const std::size_t seal_line = sealed.lines.size();
  overwrite(sealed.manifest(), good + "\n");
  CHECK_THAT(*sealed.problem(),
             StartsWith(shown(seal_line + 1)) && ContainsSubstring("after the seal"));
  overwrite(sealed.manifest(), good + good);
  CHECK_THAT(*sealed.problem(), ContainsSubstring("after the seal"));
  overwrite(sealed.manifest(), good.substr(0, good.size() - 1));
  CHECK_THAT(*sealed.problem(), StartsWith(shown(seal_line)) && ContainsSubstring("cut off"));
  overwrite(sealed.manifest(), "");
  CHECK_THAT(*sealed.problem(), ContainsSubstring("without a seal"));
  overwrite(sealed.manifest(), good.substr(0, good.find('\n') + 1));
  CHECK_THAT(*sealed.problem(), ContainsSubstring("after 1 lines without a seal"));
}

TEST_CASE("a number in the seal that does not fit the file is named") {
  const SealedCase sealed;
  const std::string good = content_of(sealed.manifest());
  const std::size_t at = good.rfind("\"findings\":") + 11;
  overwrite(sealed.manifest(), good.substr(0, at) + "9" + good.substr(at));
  CHECK_THAT(*sealed.problem(),
             ContainsSubstring("the seal says 9") && ContainsSubstring("findings, but there are"));
}

TEST_CASE("a manifest that is not a plain file is named") {
  const SealedCase sealed;
  std::filesystem::remove(sealed.manifest());
  std::filesystem::create_directory(sealed.manifest());
  CHECK(sealed.problem() == "manifest.jsonl: not a plain file");
}

TEST_CASE("a folder that is not a sealed case is refused, not called a bad case") {
  TempDir folder;
  const auto refused = [&](const std::filesystem::path& path, const char* why) {
    CHECK_THROWS_MATCHES(verify_case(path), Error, MessageMatches(ContainsSubstring(why)));
  };
  CHECK_THROWS_AS(verify_case(folder / "absent"), UsageError);
  refused(folder / "absent", "no such case folder");
  refused(folder.path(), "not a case folder");
  overwrite(folder / "manifest.jsonl.partial", "");
  refused(folder.path(), "not sealed");
  std::filesystem::remove(folder / "manifest.jsonl.partial");
  Journal::create(folder.path()).flush();
  refused(folder.path(), "not sealed");
}

TEST_CASE("a line that is longer than any record is refused by its number") {
  SealedCase sealed;
  const std::size_t line = sealed.first("finding");
  sealed.edit(line, "\"path\":", "\"x\":\"" + std::string(65_MiB, 'x') + "\",\"path\":");
  sealed.reseal();
  CHECK_THAT(sealed.problem().value_or(""),
             StartsWith(shown(line) + "it is longer than 67108864 bytes"));
}

TEST_CASE("a field that occurs twice is found at any depth, and very many fields are refused") {
  const auto problem_of = [](const std::string& from, const std::string& to) {
    SealedCase sealed;
    sealed.edit(sealed.first("finding"), from, to);
    sealed.reseal();
    return sealed.problem().value_or("");
  };
  CHECK_THAT(problem_of("\"size\":", "\"size\":1,\"size\":"), ContainsSubstring("`size` occurs"));
  CHECK_THAT(problem_of("\"md5\":", "\"md5\":null,\"md5\":"),
             ContainsSubstring("`hashes.md5` occurs twice"));
  CHECK_THAT(problem_of("\"created\":", "\"created\":null,\"created\":"),
             ContainsSubstring("`created` occurs twice"));
  CHECK_THAT(problem_of("\"extents\":[", "\"extents\":[{\"a\":{\"b\":1,\"b\":2}},"),
             ContainsSubstring("`b` occurs twice"));
  std::string many = "\"x\":{\"y\":{";
  for (int i = 0; i < 20'000; ++i) many += "\"" + std::to_string(i) + "\":0,";
  CHECK_THAT(problem_of("\"path\":", many + "\"z\":0}},\"path\":"),
             ContainsSubstring("more fields than a record has"));
  CHECK_THAT(problem_of("\"path\":",
                        "\"x\":" + std::string(100, '[') + std::string(100, ']') + ",\"path\":"),
             ContainsSubstring("nested deeper"));
}

TEST_CASE("an account that adds up only because it overflows is refused") {
  SealedCase sealed;
  const std::size_t line = sealed.first("coverage");
  const json coverage = json::parse(sealed.lines.at(line));
  const u64 scanned = coverage.at("bytes").at("scanned"),
            sparse = coverage.at("bytes").at("sparse");
  constexpr u64 most = std::numeric_limits<u64>::max();
  sealed.edit(line,
              "\"bytes\":{\"planned\":" + coverage.at("bytes").at("planned").dump() +
                  ",\"scanned\":" + std::to_string(scanned),
              "\"bytes\":{\"planned\":" + coverage.at("bytes").at("planned").dump() +
                  ",\"scanned\":" + std::to_string(most));
  sealed.edit(line, "\"sparse\":" + std::to_string(sparse),
              "\"sparse\":" + std::to_string(sparse + scanned + 1));
  sealed.reseal();
  CHECK_THAT(sealed.problem().value_or(""), ContainsSubstring("more than 64 bits"));
}
