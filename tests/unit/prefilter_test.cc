// SPDX-License-Identifier: Apache-2.0
// What the prefilter derives from rules, and what it keeps between runs.
#include "prefilter/content_class.h"
#include "rules/compiled.h"
#include "rules/explain.h"
#include "rules/scanner.h"
#include "support/catch.h"
#include "support/temp_dir.h"

#include "base/file.h"

#include <fstream>
#include <set>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;
using namespace std::string_view_literals;

namespace {

RuleSet compiled(const std::string& text, const RuleLoadOptions& options = {}) {
  const BuiltinRuleFile file{"test.yar", text};
  return RuleSet::load_builtin(std::span(&file, 1), options);
}

/// The condition derived for the last of the rules.
std::string condition(const std::string& rules) {
  return explain(compiled(rules)).back().condition;
}

std::string with_strings(const std::string& condition) {
  return "import \"pe\" rule r { strings: $a = \"alpha\" $b = \"bravo\" $c = \"charlie\" "
         "condition: (" +
         condition + ") and (true or any of them) }";
}

std::string derived(const std::string& text) { return condition(with_strings(text)); }

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

bool matches(const RuleSet& rules, const std::string& content) {
  Scanner scanner(rules);
  return !scanner.scan(bytes_of(content), {}).matches.empty();
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  return files;
}

// Enough patterns to be worth keeping: one for each key.
constexpr const char* kManyPatterns =
    "rule x { strings: $a = \"a string of some length\" xor condition: $a }";

} // namespace

TEST_CASE("The condition derived from a rule is about its strings, the size and fixed bytes") {
  CHECK(derived("$a and filesize < 10KB") == "($a and filesize < 10240)");
  CHECK(derived("$a or $b") == "($a or $b)");
  CHECK(derived("2 of them") == "2 of ($a, $b, $c)");
  CHECK(derived("60% of them") == "2 of ($a, $b, $c)");
  CHECK(derived("all of ($a, $b)") == "($a and $b)");
  CHECK(derived("any of ($a*)") == "$a");
  CHECK(derived("uint16(0) == 0x5A4D and #a > 2") == "(uint16(0) == 0x5a4d and $a)");
  CHECK(derived("uint32(uint32(0x3C)) == 0x4550") == "uint32(uint32(0x3c)) == 0x4550");
  CHECK(derived("(#a + #b) > (#b + #c)") == "($a or $b)");
  CHECK(derived("3 <= #a + #c") == "($a or $c)");
  CHECK(derived("uint8(0) << 2 == uint8(1) >> 1") == "(uint8(0) << 2) == (uint8(1) >> 1)");
  CHECK(derived("@a[1] < 100") == "$a");
  CHECK(derived("for any of them : ( $ at 0 )") ==
        "({ 61 6C 70 68 61 } at 0 or { 62 72 61 76 6F } at 0 or { 63 68 61 72 6C 69 65 } at 0)");
  CHECK(derived("for any i in (1..#a) : ( not $b at @a[i] )") == "$a");
  CHECK(derived("for any i in (2..#a + #b) : ( uint8(i) == 3 )") == "($a or $b)");
  CHECK(derived("for any i in (0..#a) : ( uint8(i) == 3 )") == "true");
  CHECK(derived("not filesize > 100") == "not filesize > 100");
  CHECK(derived("filename == \"a.txt\" and $b") == "(filename == \"a.txt\" and $b)");
  CHECK(derived("filename matches /\\.(txt|pdf)\\.exe$/is and $b") ==
        "(filename matches /\\.(txt|pdf)\\.exe$/is and $b)");
  CHECK(derived("pe.number_of_sections > 3") ==
        "(uint16(0) == 0x5a4d and uint32(uint32(0x3c)) == 0x4550)");
  CHECK(derived("1 of them and 2 == 3 - 1") == "(($a or $b or $c) and 2 == (3 - 1))");
}

TEST_CASE("A part of a condition that isn't understood counts as true") {
  for (const char* part : {"not $a", "#a < 3", "none of them", "0 of them", "pe.is_pe == 0",
                           "pe.MACHINE_I386 == 0x14c", "for all i in (1..#a) : ( @a[i] < 3 )",
                           "not (not $a)", "$a or not $b", "#a == #b", "#a + #b >= #c",
                           "#a + 1 > #b", "#a - #b > 0", "(#a + 1) of them"}) {
    CAPTURE(part);
    CHECK(derived(part) == "true");
  }
  CHECK(derived("not $a and $b") == "$b");
}

TEST_CASE("A regular expression on a name rules out names without its letters, and settles nothing "
          "else") {
  const std::string rules = "rule r { condition: filename matches /\\.(txt|pdf)\\.exe$/i } "
                            "rule n { condition: not filename matches /a+x/ }";
  const RuleSet set = compiled(rules);
  const auto found = [&](const char* filename) {
    Scanner scanner(set);
    Externals externals;
    externals.filename = filename;
    const std::size_t matched = scanner.scan(bytes_of("some content"), externals).matches.size();
    return std::pair(matched, scanner.take_filter_counts().decided.calls);
  };
  CHECK(found("report.PDF.EXE") == std::pair<std::size_t, u64>(2, 0));
  CHECK(found("report.pdf.exe.txt") == std::pair<std::size_t, u64>(1, 0));
  CHECK(found("aax.txt") == std::pair<std::size_t, u64>(0, 0)); // libyara decides
  const RuleSet one = compiled("rule r { condition: filename matches /\\.(txt|pdf)\\.exe$/i }");
  Scanner scanner(one);
  Externals externals;
  externals.filename = "program.config";
  CHECK(scanner.scan(bytes_of("some content"), externals).matches.empty());
  CHECK(scanner.take_filter_counts().decided.calls == 1);
}

TEST_CASE("A string of alternatives is searched for when each of them is rare enough") {
  const auto one = [](const char* expression) {
    return condition(fmt::format("rule r {{ strings: $a = {} condition: $a }}", expression));
  };
  CHECK(one("/(invoke|download|certutil)[^x]{1,40}/") == "$a");
  CHECK(one("/x?(alpha|b)y?/") == "true");
  CHECK(one("/(alpha|br(avo|ocken))/") == "$a");
  CHECK(one("{ ( 41 42 43 | 44 45 ?? 46 ) }") == "$a");
  CHECK(matches(compiled("rule r { strings: $a = /(alpha|br(avo|ocken))/ condition: $a }"),
                "a brocken"));
}

TEST_CASE("A long expression is searched for by the part between its wide gaps, not by one of its "
          "words") {
  const RuleSet rules = compiled(
      "rule r { strings: $a = "
      "/dir[^\\r\\n]{0,400}&echo\\s{1,4}\\[S\\]\\s{0,2}&cd[^\\r\\n]{0,700}done/ nocase wide "
      "ascii condition: $a }");
  const std::string words = "dir & echo hello & cd home, done ",
                    call = "dir c:&echo [S]&cd / done ";
  const auto ruled_out = [&](const std::string& text) {
    std::string content = text;
    content.resize(2 << 20, '.');
    Scanner scanner(rules);
    const Externals name;
    ByteView whole = bytes_of(content);
    return scanner.rules_out(content.size(), std::span(&name, 1),
                             [&](u64) { return std::exchange(whole, {}); });
  };
  CHECK(matches(rules, call));
  CHECK_FALSE(matches(rules, words));
  if (!search_available()) return;
  CHECK(ruled_out(words));
  CHECK_FALSE(ruled_out(call));
}

TEST_CASE("Rule references, wildcards and global rules become part of the condition") {
  const std::string first = "private rule one { strings: $a = \"alpha\" condition: $a } "
                            "rule other { strings: $a = \"bravo\" condition: $a } ";
  CHECK(condition(first + "rule r { condition: one and filesize < 9 }") ==
        "(one:$a and filesize < 9)");
  CHECK(condition(first + "rule r { condition: any of (o*) }") == "(one:$a or other:$a)");
  CHECK(condition("global rule g { condition: filesize < 5 } " + first) == "($a and filesize < 5)");
  CHECK(condition(first + "rule r { condition: not one }") == "true");
}

TEST_CASE(
    "Comments, texts and regular expressions with quotes and slashes don't mislead the parser") {
  CHECK(
      condition(
          "rule r /* { */ { // }\n strings: $a = \"con\\\"dition: } //\" $b = /ab\\/c[\"\\/]{2}d/ "
          "$c = { 61 62 /* } */ [2-4] 63 // }\n 64 } condition: all of them }") ==
      "($a and $b and $c)");
}

TEST_CASE("Strings that hardly narrow anything down are not searched for") {
  CHECK(
      condition(
          "rule r { strings: $a = \"x\" $b = /[a-z]/ $c = { ?? 00 ?? } condition: all of them }") ==
      "true");
}

TEST_CASE("A string that rules share is searched for once, whatever its name") {
  const auto place = [](u32 rule, std::vector<PackedPattern> forms) {
    return StringPlace{rule, 0, fmt::format("$s{}", rule), std::move(forms), {}};
  };
  const Pattern alpha = sequence_of("alpha"), wide = sequence_of("a\0l\0p\0h\0a\0"sv);
  const std::vector<StringPlace> places{
      place(0, {alpha}), place(1, {alpha, wide}), place(2, {alpha}),
      place(3, {parse_regex_pattern("alpha", true, false)}), place(4, {alpha, wide})};
  const SearchStrings strings(places);
  CHECK(strings.number_of(2) == strings.number_of(0));
  CHECK(strings.number_of(4) == strings.number_of(1));
  CHECK(std::set{strings.number_of(0), strings.number_of(1), strings.number_of(3)}.size() == 3);
  CHECK(matches(compiled("rule r { strings: $a = \"alpha\" $b = /alpha/ $c = \"bravo\" "
                         "condition: 2 of them }"),
                "alpha"));
}

TEST_CASE("The rules of an included file are understood in their place") {
  const TempDir folder;
  write_file(folder.path() / "inner.yar", "rule inner { strings: $a = \"alpha\" condition: $a }");
  write_file(folder.path() / "outer.yar",
             "include \"inner.yar\"\nrule outer { condition: inner and filesize > 3 }");
  const RuleSet rules = RuleSet::load({folder.path() / "outer.yar"}, {});
  CHECK(explain(rules).back().condition == "(inner:$a and filesize > 3)");
  CHECK(matches(rules, "an alpha"));
  CHECK_FALSE(matches(rules, "a beta"));
}

TEST_CASE("A separately compiled group of rules finds what the whole set finds") {
  std::string text =
      "import \"pe\"\nprivate rule base_rule { strings: $m = \"marker\" condition: $m }\n";
  for (int i = 0; i < 20; ++i)
    text += fmt::format(
        "rule r{} {{ strings: $a = \"needle{:02}\" condition: $a and base_rule }}\n", i, i);
  const RuleSet rules = compiled(text);
  std::string content(100'000, '.');
  content += "needle07 and a marker";
  Scanner with(rules), without(rules, Prefiltering::off);
  const ScanResult a = with.scan(bytes_of(content), {}), b = without.scan(bytes_of(content), {});
  CHECK(a.error.value_or("") == "");
  CHECK_FALSE(a.timed_out);
  REQUIRE(a.matches.size() == 1);
  REQUIRE(b.matches.size() == 1);
  CHECK(a.matches[0].rule == b.matches[0].rule);
  CHECK(a.matches[0].matches == b.matches[0].matches);
}

TEST_CASE("More matches than libyara counts are reported with and without the prefilter, if the "
          "rule may match") {
  const RuleSet rules =
      compiled("rule may { strings: $a = \"aaaa\" condition: $a } "
               "rule cannot { strings: $a = \"aaaa\" $b = \"absent\" condition: $a and $b }");
  const std::string content(1'100'000, 'a');
  Scanner with(rules), without(rules, Prefiltering::off);
  const ScanResult a = with.scan(bytes_of(content), {}), b = without.scan(bytes_of(content), {});
  CHECK(a.truncated == b.truncated);
  REQUIRE_FALSE(b.truncated.empty());
  for (const std::string& told : b.truncated) CHECK(told.starts_with("may"));
}

TEST_CASE("A cached search database that is cut, changed or foreign is silently rebuilt") {
  if (!search_available()) return;
  const TempDir folder;
  const RuleLoadOptions options{false, {}, folder.path() / "cache"};
  const auto find = [&] {
    const RuleSet rules = compiled(kManyPatterns, options);
    return matches(rules, "## `!rushof!ng!rnld!mdofui ##") && !matches(rules, "## nothing here ##");
  };
  REQUIRE(find());
  const std::vector<std::filesystem::path> files = files_of(options.cache_folder);
  REQUIRE(files.size() == 1);
  const std::string whole = read_text(files.front());
  std::string changed = whole, foreign = whole;
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
  foreign[40] = static_cast<char>(foreign[40] == '0' ? '1' : '0');
  for (const std::string& damaged :
       {std::string(), whole.substr(0, 60), whole.substr(0, whole.size() / 2), changed, foreign,
        whole + "more"}) {
    write_file(files.front(), damaged);
    CHECK(find());
    CHECK(read_text(files.front()) == whole);
  }
  CHECK(find());
  CHECK(files_of(options.cache_folder).size() == 1);
}

TEST_CASE("A cache folder that can't be created costs no finding") {
  const TempDir folder;
  write_file(folder.path() / "file", "in the way");
  CHECK(matches(compiled(kManyPatterns, {false, {}, folder.path() / "file" / "cache"}),
                "## `!rushof!ng!rnld!mdofui ##"));
}
