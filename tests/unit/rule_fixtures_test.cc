// SPDX-License-Identifier: Apache-2.0
// The built-in rules against tests/fixtures. Each fixture raises exactly the rules that it names,
// and so do the other forms that the rules claim to cover. Fixtures are inert fragments in base64,
// so that no antivirus program removes them from a checkout.
#include "unit/rule_pack_tools.h"

#include <map>
#include <string>
#include <vector>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

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
      // A wide YARA string ends in a zero byte. Here that is the next character's, the line feed's.
      {"UTF-16BE with a byte order mark", "\xFE\xFF" + utf16(text + "\n", ByteOrder::big)},
      {"behind a GIF header", "GIF89a\r\n" + text},
      {"behind a GIF header in UTF-16LE", "GIF89a\r\n" + wide},
      {"between empty lines", std::string(50, '\n') + text + std::string(50, '\n')},
  };
}

} // namespace

TEST_CASE("A fixture raises exactly the rules it names, in every form a server would run") {
  std::vector<Fixture> all = rule_fixtures();
  REQUIRE(all.size() >= 250);
  for (const Fixture& fixture : all) {
    INFO(fixture.name);
    CHECK(names_fired(fixture.content, fixture.path, fixture.is_record) == fixture.expected);
    if (!fixture.has_variants) continue;
    for (const auto& [form, content] : variants(fixture)) {
      INFO(form);
      CHECK(names_fired(content, fixture.path, fixture.is_record) == fixture.expected);
    }
  }
}

TEST_CASE("Neither the rule files nor the encoded fixtures raise a finding") {
  for (const BuiltinRuleFile& file : builtin_rules()) {
    INFO(file.path);
    CHECK(names_fired(file.text, "", true) == Names{});
  }
  for (const Fixture& fixture : rule_fixtures()) {
    INFO(fixture.name);
    CHECK(names_fired(fixture.as_stored, "", true) == Names{});
  }
}
