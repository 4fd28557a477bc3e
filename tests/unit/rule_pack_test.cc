// SPDX-License-Identifier: Apache-2.0
// The built-in rules themselves: all are there, they compile without warnings, and each says what
// it is.
#include "unit/rule_pack_tools.h"

#include "base/file.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::filesystem::path kSource = COLDSWEEP_SOURCE_DIR;

bool is_uuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-'
             : std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos)
      return false;
  }
  return text[14] == '4' || text[14] == '5';
}

} // namespace

TEST_CASE("The built-in rule files are those of the folder, byte for byte and in order of name") {
  std::vector<std::filesystem::path> expected;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "yara-rules")) {
    if (entry.path().extension() == ".yar") expected.push_back(entry.path());
  }
  std::sort(expected.begin(), expected.end());
  std::span<const BuiltinRuleFile> files = builtin_rules();
  REQUIRE(files.size() == expected.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    CHECK(files[i].path == "builtin/" + expected[i].filename().string());
    CHECK((files[i].text == read_text(expected[i])));
  }
}

TEST_CASE("The built-in rules compile without a warning") {
  CHECK(pack().warnings().empty());
  CHECK(pack().record().rejected.empty());
}

TEST_CASE("Every built-in rule says what it finds, how sure it is, and where that was reported") {
  Names ids;
  for (const RuleInfo& rule : pack().rules()) {
    INFO(rule.ref.name);
    std::map<std::string, MetaValue> meta = meta_of(rule.ref);
    for (const char* key : {"description", "author", "reference", "date", "id", "license"}) {
      INFO(key);
      REQUIRE(meta.contains(key));
      CHECK_FALSE(std::get<std::string>(meta.at(key)).empty());
    }
    CHECK(std::get<std::string>(meta.at("author")) == "coldsweep");
    CHECK(std::get<std::string>(meta.at("license")) == "Apache-2.0");
    CHECK(std::get<std::string>(meta.at("reference")).starts_with("https://"));
    CHECK(is_uuid(std::get<std::string>(meta.at("id"))));
    CHECK(ids.insert(std::get<std::string>(meta.at("id"))).second);
    if (rule.is_private) continue;
    REQUIRE(meta.contains("score"));
    CHECK(score_of(rule.ref) > 0);
    CHECK(score_of(rule.ref) <= 100);
  }
}

TEST_CASE("A built-in rule for log records has the tag log, and no other rule has a tag") {
  for (const RuleInfo& rule : pack().rules()) {
    INFO(rule.ref.name);
    const bool is_log = rule.ref.name.starts_with("LOG_");
    CHECK(rule.ref.tags == (is_log ? std::vector<std::string>{"log"} : std::vector<std::string>{}));
  }
}

TEST_CASE("The name of a built-in rule begins with a category") {
  const Names categories{"WEBSHELL", "BACKDOOR", "HKTL", "CRED", "RANSOM", "MAL", "SUSP", "LOG"};
  for (const RuleInfo& rule : pack().rules()) {
    if (rule.is_private) continue;
    INFO(rule.ref.name);
    CHECK(categories.contains(rule.ref.name.substr(0, rule.ref.name.find('_'))));
  }
}

TEST_CASE("Every built-in rule has a fixture that raises it, and no fixture names a missing rule") {
  Names expected, present;
  for (const Fixture& fixture : rule_fixtures())
    expected.insert(fixture.expected.begin(), fixture.expected.end());
  for (const RuleInfo& rule : pack().rules()) {
    if (!rule.is_private) present.insert(rule.ref.name);
  }
  CHECK(present == expected);
}
