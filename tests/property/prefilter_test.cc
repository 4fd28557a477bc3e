// SPDX-License-Identifier: Apache-2.0
// The prefilter's proof: with it and without it, libyara's findings are the same, on generated rules over inputs made
// of what they accept; and a filter with a deliberate fault is found out.
#include "rules/compiled.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/rule_generator.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr std::size_t kInputs = 8;

std::optional<RuleSet> compiled(const std::string& rules) {
  const BuiltinRuleFile file{"generated.yar", rules};
  try {
    return RuleSet::load_builtin(std::span(&file, 1));
  } catch (const RuleError&) {
    return std::nullopt; // the generator may ask for what libyara forbids
  }
}

std::string shown(const ScanResult& result) {
  std::string text = result.error.value_or("") + (result.timed_out ? "timed out" : "");
  for (const RuleMatch& match : result.matches) {
    text += match.rule->name;
    for (const Match& m : match.matches)
      text += fmt::format(" {}@{}+{}={}", m.id, m.offset, m.length, m.data);
    text += '\n';
  }
  for (const std::string& cut : result.truncated) text += cut + '\n';
  return text;
}

struct Tally {
  u64 pairs = 0, decided = 0, matching = 0, refused = 0;
};

/// The first input on which the two differ, described; nothing when there is none.
std::optional<std::string> difference(const GeneratedCase& generated, PlantedFault fault,
                                      Tally& tally) {
  const std::optional<RuleSet> rules = compiled(generated.rules);
  if (!rules) {
    ++tally.refused;
    return std::nullopt;
  }
  rules->compiled().filter.plant(fault);
  Scanner with(*rules, 60), without(*rules, 60, Prefiltering::off);
  Scanner in_groups(*rules, 60, Prefiltering::on_in_groups);
  for (const GeneratedInput& input : generated.inputs) {
    const ByteView content = bytes_of(input.bytes);
    const std::string a = shown(with.scan(content, input.externals));
    const ScanResult plain = without.scan(content, input.externals);
    // Where libyara gives up on a rule, nothing is known; a filter that keeps the rule from it does better.
    if (plain.error) continue;
    const std::string b = shown(plain);
    ++tally.pairs;
    if (!b.empty()) ++tally.matching;
    const std::string c = shown(in_groups.scan(content, input.externals));
    if (a != b || c != b)
      return fmt::format(
          "rules:\n{}\ninput: {}\nwith the filter:\n{}\nin groups:\n{}\nwithout:\n{}",
          generated.rules, hex(content), a, c, b);
    const std::string d = shown(in_groups.scan_path_dependent(content, input.externals));
    const std::string e = shown(without.scan_path_dependent(content, input.externals));
    if (d != e)
      return fmt::format(
          "rules:\n{}\ninput: {}\nunder a further name, with the filter:\n{}\nwithout:\n{}",
          generated.rules, hex(content), d, e);
  }
  tally.decided += with.take_filter_counts().decided.calls;
  return std::nullopt;
}

} // namespace

TEST_CASE("With the prefilter and without it the findings are the same, on generated rules") {
  RuleGenerator generator(20210302);
  Tally tally;
  const u64 wanted = rounds(20'000);
  while (tally.pairs < wanted) {
    const std::optional<std::string> found =
        difference(generator.next(kInputs), PlantedFault::none, tally);
    if (found) FAIL(*found);
    REQUIRE(tally.refused < wanted);
  }
  // The comparison says something: rules match, and the filter decides.
  CHECK(tally.matching * 10 > tally.pairs);
  if (search_available()) CHECK(tally.decided * 20 > tally.pairs);
  CHECK(tally.refused * kInputs < tally.pairs);
}

TEST_CASE("A prefilter with a deliberate fault is found out by the generated rules") {
  if (!search_available()) return;
  const auto fault = static_cast<PlantedFault>(
      GENERATE(range(1, static_cast<int>(PlantedFault::forget_alternative_of_name) + 1)));
  CAPTURE(static_cast<int>(fault));
  RuleGenerator generator(20210303);
  Tally tally;
  bool found = false;
  while (!found && tally.pairs < 40'000)
    found = difference(generator.next(kInputs), fault, tally).has_value();
  CHECK(found);
}
