// SPDX-License-Identifier: Apache-2.0
// yara-rules/COVERAGE.md against what the rules find in the fixtures. UPDATE_COVERAGE=1 in the
// environment rewrites it.
#include "unit/rule_pack_tools.h"

#include "base/file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::filesystem::path kTable =
    std::filesystem::path(COLDSWEEP_SOURCE_DIR) / "yara-rules" / "COVERAGE.md";

constexpr std::string_view kHead = R"(# What the built-in rules cover

A test generates this file from `tests/fixtures/`. Don't edit it. To update it: `UPDATE_COVERAGE=1 ctest --preset dev -R COVERAGE`.

Each row is a fixture: an inert fragment with the features that identify its shape. `*` after the name means that it is also
found in UTF-8 with a byte order mark, in UTF-16 of either byte order, after a GIF header, and between empty lines. The score
is for the content alone; a sweep raises or lowers it by the place of the file.
)";

std::string rules_of(const std::map<std::string, i64>& fired) {
  std::string text;
  for (const auto& [name, score] : fired) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

i64 highest(const std::map<std::string, i64>& fired) {
  i64 score = 0;
  for (const auto& [name, of_rule] : fired) score = std::max(score, of_rule);
  return score;
}

std::string name_of(const Fixture& fixture) {
  return "`" + fixture.name + "`" + (fixture.has_variants ? " *" : "");
}

std::string coverage_table() {
  std::vector<Fixture> all = rule_fixtures();
  std::stable_sort(all.begin(), all.end(),
                   [](const Fixture& a, const Fixture& b) { return a.shape < b.shape; });
  std::string found =
      "| shape | fixture | what it is | rules | score |\n| --- | --- | --- | --- | --- |\n";
  std::string quiet = "| fixture | what it is | rules | score |\n| --- | --- | --- | --- |\n";
  for (const Fixture& fixture : all) {
    const std::map<std::string, i64> rules =
        fired(fixture.content, fixture.path, fixture.is_record);
    if (fixture.shape.empty())
      quiet += "| " + name_of(fixture) + " | " + fixture.description + " | " +
               (rules.empty() ? "none" : rules_of(rules)) + " | " +
               (rules.empty() ? "" : std::to_string(highest(rules))) + " |\n";
    else
      found += "| " + fixture.shape + " | " + name_of(fixture) + " | " + fixture.description +
               " | " + rules_of(rules) + " | " + std::to_string(highest(rules)) + " |\n";
  }
  return std::string(kHead) + "\n## Found\n\n" + found + "\n## Left alone\n\n" + quiet;
}

} // namespace

TEST_CASE(
    "Every shape with a fixture is found, and fixtures that must raise nothing raise nothing") {
  for (const Fixture& fixture : rule_fixtures()) {
    INFO(fixture.name);
    CHECK(names_fired(fixture.content, fixture.path, fixture.is_record).empty() ==
          fixture.shape.empty());
  }
}

TEST_CASE("COVERAGE.md matches what the rules find in the fixtures") {
  const std::string table = coverage_table();
  if (std::getenv("UPDATE_COVERAGE") != nullptr) {
    std::ofstream out(kTable, std::ios::binary | std::ios::trunc);
    out << table;
    REQUIRE(out.flush());
  }
  INFO("yara-rules/COVERAGE.md is not what the rules find: run this test with UPDATE_COVERAGE=1");
  REQUIRE(std::filesystem::exists(kTable));
  CHECK((read_text(kTable) == table));
}
