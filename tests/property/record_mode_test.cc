// SPDX-License-Identifier: Apache-2.0
// Log rules that search for candidates find what libyara finds in each record alone.
#include "content/log_records.h"
#include "rules/record_scanner.h"
#include "support/catch.h"
#include "support/effort.h"

#include <random>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

/// rule name, stream offset of the record, then `id@offset+length` of each match.
using Verdicts = std::vector<std::string>;

std::string verdict(const std::string& rule, u64 record, const std::vector<Match>& matches,
                    u64 base) {
  std::string text = fmt::format("{} {}", rule, record);
  for (const Match& m : matches) text += fmt::format(" {}@{}+{}", m.id, m.offset + base, m.length);
  return text;
}

class Generator {
public:
  explicit Generator(u64 seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  const char* one_of(const std::vector<const char*>& choices) {
    return choices[below(choices.size())];
  }

  std::string string_value() {
    return one_of({R"("abc")",
                   R"("abc" nocase)",
                   R"("abc" fullword)",
                   R"("abc" wide)",
                   R"("abc" ascii wide fullword)",
                   R"("b" xor)",
                   R"("abc" xor fullword)",
                   R"("abcd" base64)",
                   R"(" 200 ")",
                   R"("xy" wide fullword)",
                   R"(/ab[0-9]+/)",
                   R"(/^abc/)",
                   R"(/abc$/)",
                   R"(/\babc\b/)",
                   R"(/a.{0,300}z/)",
                   R"(/a.{0,300}z/s)",
                   R"(/a.*z/)",
                   R"(/(abc|xyz) ?2/i)",
                   R"(/ab+c/ fullword)",
                   R"(/[^a]bc/)",
                   R"(/a[^x]+z/)",
                   R"(/\Babc/)",
                   R"(/x\nabc/)",
                   R"({ 61 62 ?? })",
                   R"({ 61 [0-4] 7A })",
                   R"({ 61 [0-300] 7A })",
                   R"({ 61 [2-] 7A })",
                   R"({ 61 (62 | 78) ~63 })",
                   R"(/..z/)",
                   R"(/z.?.?/)"});
  }

  std::string condition(int depth) {
    if (depth > 0 && below(2) == 0)
      return fmt::format("({} {} {})", condition(depth - 1), one_of({"and", "or"}),
                         condition(depth - 1));
    return one_of({"$a",
                   "$b",
                   "$c",
                   "not $a",
                   "not $b and $c",
                   "#a > 1",
                   "#b >= 1",
                   "#c == 0",
                   "#a in (0..9) > 0",
                   "$a at 0",
                   "$b in (3..20)",
                   "any of them",
                   "all of them",
                   "2 of them",
                   "2 of ($a, $b)",
                   "any of ($a*, $c)",
                   "none of them",
                   "not any of ($b, $c)",
                   "filesize < 12",
                   "uint8(0) == 0x61",
                   "for any of them : ($ at 0)",
                   "for any i in (1..#a) : (@a[i] > 4)",
                   "@a < @b",
                   "!a[1] > 3",
                   "any of ($a, $b) in (0..8)",
                   "filename == \"x.log\"",
                   "first",
                   "50% of them",
                   "all of ($b, $c) at 0",
                   "defined @c",
                   "(@b - @a) < 9",
                   "for any i in (1..#a) : (not $b at @a[i])",
                   "for any i in (1..#b) : (@b[i] > @a)",
                   "for all i in (1..#c) : (@c[i] < 9)",
                   "for 2 of them : (# > 0)",
                   "for all of ($a, $b) : (@ < 9)",
                   "#a + #b > 1",
                   "3 <= #a + #c",
                   "#a == #b",
                   "not ($a or #b == 0)",
                   "not filesize > 9 and $c",
                   "66% of ($a, $b, $c)",
                   "uint8(@a) == 0x61",
                   "$a at @b[1] + 1",
                   "not defined @b",
                   "not first",
                   "first or $c",
                   "any of (first, f*)",
                   "filename contains \"log\" and $b"});
  }

  std::string rules(const std::string& tag, u64 count) {
    std::string text = fmt::format(
        "private rule first : {} {{ strings: $f = \"first\" condition: $f or filesize > 40 }}\n",
        tag);
    for (u64 i = 0; i < count; ++i)
      text += fmt::format(
          "rule r{} : {} {{ // a comment with $a = \"x\n strings:\n $a = {}\n $b = {} /* and */\n"
          " $c = {}\n condition: {} and (#a >= 0 and #b >= 0 and #c >= 0) }}\n",
          i, tag, string_value(), string_value(), string_value(), condition(2));
    return text;
  }

  std::string log() {
    std::string text;
    const std::size_t lines = 20 + below(300);
    for (std::size_t i = 0; i < lines; ++i) {
      const std::size_t words = below(6);
      for (std::size_t w = 0; w < words; ++w)
        text += one_of({"abc",  "ABC",       "abc ",  " abc",  "ab",   "ab12",     "c",
                        "z",    "xyz 2",     "first", " 200 ", "x",    "_",        "a ",
                        "YWJj", "a\0b\0c\0", "bc",    "abbc",  "\xff", "YWJjZA==", " "});
      if (below(20) == 0) text += std::string("a\0b\0c\0", 6);
      text += one_of({"\n", "\r\n", "\n\n"});
    }
    if (below(2) == 0) text += "abc";
    return text;
  }

private:
  std::mt19937_64 random_;
};

RuleSet load(const std::string& text, const std::vector<std::string>& patterns = {}) {
  const BuiltinRuleFile file{"test.yar", text};
  return RuleSet::load_builtin(std::span(&file, 1), {false, patterns});
}

Verdicts by_record_mode(const std::string& log, const RuleSet& rules, const Externals& externals) {
  RecordScanner scanner(rules);
  scanner.begin(externals);
  Verdicts found;
  const auto reader = records_of(bytes_of(log), RecordForm::lines);
  RecordBlock block;
  while (reader->next(block)) {
    const BlockScan scan = scanner.scan(block);
    REQUIRE(!scan.error);
    REQUIRE(!scan.timed_out);
    for (const RecordHit& hit : scan.hits)
      found.push_back(verdict(hit.rule->name, block.stream_offset(block.records[hit.record].offset),
                              hit.matches, 0));
  }
  return found;
}

/// Each line cut out by hand and scanned as a separate file, with rules that are not log rules.
Verdicts one_by_one(const std::string& log, const RuleSet& rules, const Externals& externals) {
  Scanner scanner(rules);
  Verdicts found;
  for (std::size_t from = 0; from < log.size();) {
    const std::size_t feed = std::min(log.find('\n', from), log.size());
    std::string line = log.substr(from, feed - from);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty())
      for (const RuleMatch& match : scanner.scan(bytes_of(line), externals).matches)
        found.push_back(verdict(match.rule->name, from, match.matches, from));
    from = feed + 1;
  }
  return found;
}

} // namespace

TEST_CASE("record mode finds what scanning each line as a separate file finds") {
  const u64 seed = GENERATE(take(1, random(0, 1'000'000)));
  u64 verdicts = 0, filtered = 0;
  for (u64 round = 0; round < rounds(1200); ++round) {
    Generator generator(seed + round);
    const std::string body =
        generator.rules("TAG", 1); // one: with more, each is judged on the others' candidates too
    const auto tagged = [&](const char* tag) {
      std::string text = body;
      for (std::size_t at = 0; (at = text.find("TAG", at)) != std::string::npos;)
        text.replace(at, 3, tag);
      return text;
    };
    const RuleSet log_rules = load(tagged("Log"));
    const RuleSet plain_rules = load(tagged("plain"));
    for (const RuleInfo& rule : log_rules.rules())
      filtered += rule.is_log && !rule.every_record ? 1 : 0;
    const Externals externals{"x.log", "C:\\logs", ".log", "UNKNOWN", "nobody"};
    for (int logs = 0; logs < 2; ++logs) {
      const std::string log = generator.log();
      const Verdicts expected = one_by_one(log, plain_rules, externals);
      CAPTURE(seed, round, body);
      REQUIRE(by_record_mode(log, log_rules, externals) == expected);
      verdicts += expected.size();
    }
  }
  CHECK(verdicts > 100);
  CHECK(filtered > 20); // otherwise the search was never exercised
}
