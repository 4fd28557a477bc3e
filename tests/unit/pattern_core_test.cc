// SPDX-License-Identifier: Apache-2.0
#include "prefilter/pattern_core.h"
#include "prefilter/string_forms.h"
#include "prefilter/usual_content.h"
#include "support/catch.h"

using namespace coldsweep;
using namespace std::string_view_literals;

namespace {

Pattern regex(std::string_view text) { return parse_regex_pattern(text, false, false); }
std::string core(std::string_view text) { return expression_of(core_of(regex(text))).text; }
std::string whole(std::string_view text) { return expression_of(regex(text)).text; }

} // namespace

TEST_CASE("The core of an expression is the part between long gaps that has the best word") {
  CHECK(core("(echo|type)[^\\n]{1,200}>\\\\LAYOUTS\\\\") == whole(">\\\\LAYOUTS\\\\"));
  CHECK(core("function.*evaluated.*end") == whole("evaluated"));
  // A repeated class is no help to a search, however often it repeats.
  CHECK(core("strtr\\([^;]{1,80},[A-Za-z0-9+]{64}") == whole("strtr\\("));
  CHECK(core("short{1,3}gap") == whole("short{1,3}gap"));
}

TEST_CASE("Parts at the ends of an expression that permit any byte are not searched for") {
  const auto left = [](std::string_view text) {
    const std::optional<Pattern> part = without_idle_ends(regex(text));
    return part ? expression_of(*part).text : "-";
  };
  CHECK(left("abb.....") == whole("abb"));
  CHECK(left("[^\"](eval|exec).{2,9}[^']*") == whole("(eval|exec)"));
  CHECK(left("<%[^\"]") == whole("<%"));
  CHECK(left("[^a-z]exec[^a-z]") == "-"); // selective in text
  CHECK(left("a..b") == "-");
  CHECK(left("(a|b.)") == "-");
  CHECK(left(".....") == "-"); // nothing would be left

  StringDeclaration wide;
  wide.kind = StringDeclaration::Kind::regex;
  wide.body = "a.[^x]";
  wide.wide = true;
  const std::optional<Pattern> part = without_idle_ends(forms_of(wide).front());
  CHECK(expression_of(part.value()).text == expression_of(sequence_of("a\0"sv)).text);
}

TEST_CASE("Only a repeat that may be long makes the core smaller than the expression") {
  CHECK(has_long_repeat(regex("a.*b")));
  CHECK(has_long_repeat(regex("(a|b.{0,100}c)d")));
  CHECK_FALSE(has_long_repeat(regex("a.{0,16}b")));
  CHECK_FALSE(has_long_repeat(regex("a.{100}b"))); // fixed length
}

TEST_CASE("The words of an expression count as much as those of its least specific alternative") {
  CHECK(word_bits(regex("eval\\(")) > word_bits(regex("eval")));
  CHECK(word_bits(regex("[a-z]{40}")) == 0);
  CHECK(word_bits(regex("(evaluate|ok)")) < word_bits(regex("evaluate")));
  CHECK(word_bits(regex("(evaluate)?")) == 0);
  CHECK(best_word_bits(regex("abc[0-9]+defgh")) == best_word_bits(regex("defgh")));
  CHECK(best_word_bits(regex("abc(defghi|x)")) == best_word_bits(regex("abc")));
  CHECK(best_word_bits(regex("abcdef")) > best_word_bits(regex("abc")));
}
