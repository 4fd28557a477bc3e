// SPDX-License-Identifier: Apache-2.0
#include "rules/explain.h"

#include "rules/compiled.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// A formula in YARA-like words.
class Wording {
public:
  Wording(const RuleSet::Compiled& rules, const Conditions& conditions, u32 rule)
      : rules_(rules), conditions_(conditions), rule_(rule) {}

  std::string of(const Formula& formula) const {
    switch (formula.kind) {
    case Formula::Kind::constant: return formula.value ? "true" : "false";
    case Formula::Kind::string: return string(conditions_.strings[formula.index]);
    case Formula::Kind::probe:
      return (formula.negated ? "not " : "") + conditions_.probes[formula.index].shown;
    case Formula::Kind::at_least: break;
    }
    if (formula.least == formula.parts.size()) return joined(formula.parts, " and ");
    if (formula.least == 1) return joined(formula.parts, " or ");
    return fmt::format("{} of {}", formula.least, joined(formula.parts, ", "));
  }

private:
  std::string string(const StringPlace& place) const {
    if (place.rule == rule_) return place.id;
    return fmt::format("{}:{}", rules_.infos[place.rule].ref.name, place.id);
  }
  std::string joined(const std::vector<Formula>& parts, std::string_view separator) const {
    std::string text;
    for (const Formula& part : parts)
      text += (text.empty() ? "" : std::string(separator)) + of(part);
    return "(" + text + ")";
  }

  const RuleSet::Compiled& rules_;
  const Conditions& conditions_;
  u32 rule_;
};

} // namespace

std::vector<RuleExplanation> explain(const RuleSet& rules) {
  const RuleSet::Compiled& compiled = rules.compiled();
  const Conditions& conditions = compiled.filter().prefilter().conditions();
  std::vector<RuleExplanation> all;
  for (u32 rule = 0; rule < compiled.infos.size(); ++rule) {
    const Formula& formula = conditions.formulas[rule];
    RuleExplanation& said = all.emplace_back();
    said.rule = &compiled.infos[rule].ref;
    said.condition = Wording(compiled, conditions, rule).of(formula);
    said.unused.assign(conditions.notes[rule].begin(), conditions.notes[rule].end());
    said.matches_anything = formula.is_true();
    said.needs_string = !may_hold(
        formula, [](u32) { return false; }, [](u32) { return Answer::unknown; });
  }
  return all;
}

} // namespace coldsweep
