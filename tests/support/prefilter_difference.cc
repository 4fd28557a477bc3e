// SPDX-License-Identifier: Apache-2.0
#include "support/prefilter_difference.h"

#include "base/error.h"
#include "base/text.h"
#include "rules/compiled.h"

#include <fmt/format.h>

namespace coldsweep::test {
namespace {

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

} // namespace

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

} // namespace coldsweep::test
