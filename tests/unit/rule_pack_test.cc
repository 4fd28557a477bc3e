// SPDX-License-Identifier: Apache-2.0
// The built-in rules against tests/fixtures: each fixture, and the forms the rules claim to cover
// as well, raises exactly the rules it names. Fixtures are inert fragments in base64, so that no
// antivirus eats the checkout.
#include "support/catch.h"

#include "base/file.h"
#include "rules/scanner.h"
#include "yara-rules/builtin_rules.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace coldsweep;

namespace {

using Names = std::set<std::string>;

const std::filesystem::path kSource = COLDSWEEP_SOURCE_DIR;

struct Fixture {
  std::string name;
  std::string content;
  Names expected;
  bool has_variants = false;
  std::string as_stored; ///< the fixture file itself
};

std::string decode_base64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  u32 buffer = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '=') break;
    std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) throw std::runtime_error("not base64");
    buffer = (buffer << 6) | static_cast<u32>(value);
    bits += 6;
    if (bits >= 8) bytes.push_back(static_cast<char>((buffer >> (bits -= 8)) & 0xFF));
  }
  return bytes;
}

Names words(const std::string& text) {
  std::istringstream in(text);
  Names names;
  for (std::string word; in >> word;) names.insert(word);
  return names;
}

/// `# expect:` and `# variants:` in the header, then base64 lines. Both are required.
Fixture read_fixture(const std::filesystem::path& path) {
  Fixture fixture{
      .name = path.stem().string(), .content = {}, .expected = {}, .as_stored = read_text(path)};
  std::istringstream in(fixture.as_stored);
  std::string encoded, variants;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# expect: ")) fixture.expected = words(line.substr(10));
    if (line.starts_with("# variants: ")) variants = line.substr(12);
    if (!line.starts_with("#")) encoded += line;
  }
  if (fixture.expected.empty()) throw std::runtime_error(fixture.name + ": no `# expect:`");
  if (variants != "text" && variants != "none")
    throw std::runtime_error(fixture.name + ": no `# variants:`");
  if (fixture.expected.contains("none")) fixture.expected.clear();
  fixture.has_variants = variants == "text";
  fixture.content = decode_base64(encoded);
  return fixture;
}

std::vector<Fixture> fixtures() {
  std::vector<Fixture> all;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "tests" / "fixtures")) {
    if (entry.path().extension() == ".b64") all.push_back(read_fixture(entry.path()));
  }
  std::sort(all.begin(), all.end(),
            [](const Fixture& a, const Fixture& b) { return a.name < b.name; });
  return all;
}

enum class ByteOrder { little, big };

std::string utf16(const std::string& ascii, ByteOrder order) {
  std::string bytes;
  for (char c : ascii) {
    if (order == ByteOrder::big) bytes.push_back('\0');
    bytes.push_back(c);
    if (order == ByteOrder::little) bytes.push_back('\0');
  }
  return bytes;
}

/// The forms in which a server would still run the same page.
std::map<std::string, std::string> variants(const Fixture& fixture) {
  const std::string& text = fixture.content;
  std::string wide = utf16(text, ByteOrder::little);
  return {
      {"UTF-8 with a byte order mark", "\xEF\xBB\xBF" + text},
      {"UTF-16LE", wide},
      {"UTF-16LE with a byte order mark", "\xFF\xFE" + wide},
      // A wide string of YARA ends in a zero byte: the next character's, here the line feed's.
      {"UTF-16BE with a byte order mark", "\xFE\xFF" + utf16(text + "\n", ByteOrder::big)},
      {"behind a GIF header", "GIF89a\r\n" + text},
      {"behind a GIF header in UTF-16LE", "GIF89a\r\n" + wide},
      {"between empty lines", std::string(50, '\n') + text + std::string(50, '\n')},
  };
}

const RuleSet& pack() {
  static const RuleSet rules = [] {
    std::span<const BuiltinRuleFile> files = builtin_rules();
    return RuleSet::load_builtin(files);
  }();
  return rules;
}

std::vector<const RuleRef*> fired(std::string_view content) {
  Scanner scanner(pack(), 60);
  ScanResult result = scanner.scan(bytes_of(content), Externals{});
  REQUIRE_FALSE(result.timed_out);
  REQUIRE_FALSE(result.error);
  REQUIRE(result.truncated.empty());
  std::vector<const RuleRef*> rules;
  for (const RuleMatch& match : result.matches) rules.push_back(match.rule);
  return rules;
}

Names names_fired(std::string_view content) {
  Names names;
  for (const RuleRef* rule : fired(content)) names.insert(rule->name);
  return names;
}

std::map<std::string, MetaValue> meta_of(const RuleRef& rule) {
  return {rule.meta.begin(), rule.meta.end()};
}

i64 score_of(const RuleRef& rule) { return std::get<i64>(meta_of(rule).at("score")); }

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

TEST_CASE("The built-in files are those of the folder, byte for byte and in order of name") {
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

TEST_CASE("Every built-in rule has a fixture that raises it, and no fixture names a rule that is "
          "not there") {
  Names expected, present;
  for (const Fixture& fixture : fixtures())
    expected.insert(fixture.expected.begin(), fixture.expected.end());
  for (const RuleInfo& rule : pack().rules()) {
    if (!rule.is_private) present.insert(rule.ref.name);
  }
  CHECK(present == expected);
}

TEST_CASE("A fixture raises exactly the rules it names, in every form a server would run") {
  std::vector<Fixture> all = fixtures();
  REQUIRE(all.size() >= 40);
  for (const Fixture& fixture : all) {
    INFO(fixture.name);
    CHECK(names_fired(fixture.content) == fixture.expected);
    if (!fixture.has_variants) continue;
    for (const auto& [form, content] : variants(fixture)) {
      INFO(form);
      CHECK(names_fired(content) == fixture.expected);
    }
  }
}

TEST_CASE("Neither the rule files nor the encoded fixtures raise a finding") {
  for (const BuiltinRuleFile& file : builtin_rules()) {
    INFO(file.path);
    CHECK(names_fired(file.text) == Names{});
  }
  for (const Fixture& fixture : fixtures()) {
    INFO(fixture.name);
    CHECK(names_fired(fixture.as_stored) == Names{});
  }
}
