// SPDX-License-Identifier: Apache-2.0
// Classes of content are built while there is memory for them. The rest of the content shares one
// class, and gets the same answers. What is kept in memory is packed.
#include "prefilter/packed_formulas.h"
#include "prefilter/packed_pattern.h"
#include "rules/compiled.h"
#include "rules/rule_set.h"
#include "support/catch.h"

#include <array>
#include <thread>

#include <fmt/format.h>

using namespace coldsweep;
using namespace std::string_view_literals;

namespace {

constexpr u32 kRules = 300;
constexpr std::array kBeginnings{"MZ"sv, "PK\3\4"sv, "#!"sv, "plain text"sv};
constexpr std::array<u64, 5> kSizes{900, 10'000, 100'000, 900'000, 2'000'000};

/// Rules for each of the beginnings, and for any.
std::string many_rules() {
  constexpr std::array conditions{"uint16(0) == 0x5A4D and ", "uint32(0) == 0x04034B50 and ",
                                  "uint16(0) == 0x2123 and ", "", "filesize < 50KB and "};
  std::string text;
  for (u32 i = 0; i < kRules; ++i)
    text += fmt::format("rule r{0} {{ strings: $a = \"alpha {0}.\" $b = \"beta {0}.\" wide "
                        "$c = /gamma {0}[0-9]{{3}}/ condition: {1}2 of them }}\n",
                        i, conditions[i % conditions.size()]);
  return text;
}

RuleSet loaded(const std::string& text, u64 memory) {
  const BuiltinRuleFile file{"test.yar", text};
  return RuleSet::load_builtin(std::span(&file, 1), {.scan_memory = memory});
}

std::vector<std::string> contents() {
  std::vector<std::string> all;
  u32 rule = 0;
  for (const u64 size : kSizes)
    for (const std::string_view beginning : kBeginnings)
      for (const bool whole : {true, false}) {
        std::string& content = all.emplace_back(beginning);
        for (u32 i = 0; i < 20; ++i, rule = (rule + 7) % kRules)
          content += fmt::format(" alpha {0}. gamma {0}{1}", rule, whole ? "123" : "12");
        content.resize(size, '.');
      }
  return all;
}

std::vector<u32> possible_in(const Prefilter& filter, const std::string& content) {
  PrefilterScratch scratch;
  PossibleRules rules;
  filter.decide(bytes_of(content), {}, scratch, rules);
  std::vector<u32> all = rules.with_strings;
  all.insert(all.end(), rules.without_strings.begin(), rules.without_strings.end());
  return all;
}

/// Whether no rule may match it, asked in pieces.
bool is_ruled_out(const Prefilter& filter, const std::string& content) {
  PrefilterScratch scratch;
  const Externals externals;
  u64 at = 0;
  const NextPiece next = [&](u64 overlap) {
    if (at == content.size()) return ByteView();
    const u64 from = at - std::min(at, overlap);
    at = std::min<u64>(content.size(), from + 256_KiB);
    return bytes_of(content).subspan(from, at - from);
  };
  return filter.rules_out(
      content.size(), std::span(&externals, 1), next, [](u32) { return false; }, scratch);
}

} // namespace

TEST_CASE("content without room for its class is judged by a class of any content, with the same "
          "answers") {
  const std::string text = many_rules();
  const RuleSet ample = loaded(text, 256_MiB), scarce = loaded(text, 2_MiB), none = loaded(text, 0);
  const Prefilter& reference = ample.compiled().filter().prefilter();
  std::vector<std::vector<u32>> expected;
  u64 matching = 0;
  for (const std::string& content : contents()) {
    expected.push_back(possible_in(reference, content));
    matching += expected.back().empty() ? 0 : 1;
  }
  CHECK(matching >= kSizes.size());
  CHECK(matching < expected.size());
  CHECK_FALSE(reference.shares_class());
  for (const RuleSet* rules : {&scarce, &none}) {
    const Prefilter& filter = rules->compiled().filter().prefilter();
    std::array<std::vector<std::vector<u32>>, 4> found;
    {
      std::vector<std::jthread> threads;
      for (auto& own : found)
        threads.emplace_back([&filter, &own] {
          for (const std::string& content : contents()) own.push_back(possible_in(filter, content));
        });
    }
    for (const auto& own : found) CHECK(own == expected);
    CHECK(filter.shares_class());
    for (const std::string& content : contents())
      if (content.size() > 1_MiB)
        CHECK(is_ruled_out(filter, content) == is_ruled_out(reference, content));
  }
}

TEST_CASE("classes of content take no more memory than there is for them") {
  const RuleSet rules = loaded(many_rules(), 4_MiB);
  const Prefilter& filter = rules.compiled().filter().prefilter();
  const u64 before = filter.class_bytes(); // room for a class of any content is reserved
  CHECK(before > 100_KiB);
  for (const std::string& content : contents()) {
    possible_in(filter, content);
    CHECK(filter.class_bytes() <= 3_MiB);
  }
  CHECK(filter.class_bytes() > 2 * before); // most of it is used
}

TEST_CASE("a packed pattern is the pattern that was packed") {
  ByteSet odd;
  for (std::size_t i = 1; i < odd.size(); i += 2) odd.set(i);
  Pattern either = any_of({{ByteSet().set('x')}, {odd, ByteSet().set()}});
  Pattern all;
  all.parts = {sequence_of("text\0\xff"sv),
               either,
               one_of(ByteSet().set()),
               one_of(odd),
               repeated(sequence_of("ab"), 2, 300),
               repeated(one_of(odd), 0, Pattern::kUnbounded),
               parse_regex_pattern("Long [a-f]+?(x|yz|)", true, false),
               sequence_of(std::string(400, 'n')),
               parse_hex_pattern("4? ?? [3-9] (90 | 91 92)")};
  for (const Pattern& pattern : {all, Pattern(), one_of(ByteSet()), sequence_of("plain")}) {
    const PackedPattern packed(pattern);
    const Pattern unpacked = packed.unpacked();
    CHECK(expression_of(unpacked).text == expression_of(pattern).text);
    CHECK(expression_of(unpacked).nocase == expression_of(pattern).nocase);
    CHECK(widest(unpacked) == widest(pattern));
    CHECK(packed.widest() == widest(pattern));
  }
  CHECK(PackedPattern(sequence_of("plain")).is_plain());
  CHECK_FALSE(PackedPattern(all).is_plain());
}

TEST_CASE("a packed formula holds where the formula does") {
  const Formula some = at_least(2, {occurs(0), answered(0, true), occurs(1), answered(1, false)});
  const std::vector<Formula> formulas{constant(true), constant(false), occurs(2),
                                      any_of({occurs(2), some}),
                                      all_of({some, occurs(0), occurs(2)})};
  PackedFormulas packed;
  std::vector<u32> places;
  for (const Formula& formula : formulas) places.push_back(packed.add(formula));
  for (u32 bits = 0; bits < 8 * 9; ++bits) {
    const auto occurs = [&](u32 string) { return (bits >> string & 1) != 0; };
    const auto answer = [&](u32 probe) {
      return static_cast<Answer>(bits / 8 / (probe == 0 ? 1 : 3) % 3);
    };
    for (std::size_t i = 0; i < formulas.size(); ++i) {
      CHECK(packed.may_hold(places[i], occurs, answer) == may_hold(formulas[i], occurs, answer));
      CHECK(may_hold(packed.unpacked(places[i]), occurs, answer) ==
            may_hold(formulas[i], occurs, answer));
    }
  }
  CHECK(packed.is_true(places[0]));
  CHECK_FALSE(packed.is_true(places[1]));
  CHECK_FALSE(packed.is_true(places[3]));
}
