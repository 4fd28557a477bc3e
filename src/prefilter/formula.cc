// SPDX-License-Identifier: Apache-2.0
#include "prefilter/formula.h"

#include <algorithm>
#include <utility>

namespace coldsweep {

Formula constant(bool value) {
  Formula formula;
  formula.value = value;
  return formula;
}

Formula occurs(u32 string) {
  Formula formula;
  formula.kind = Formula::Kind::string;
  formula.index = string;
  return formula;
}

Formula answered(u32 probe, bool negated) {
  Formula formula;
  formula.kind = Formula::Kind::probe;
  formula.index = probe;
  formula.negated = negated;
  return formula;
}

Formula at_least(std::size_t least, std::vector<Formula> parts) {
  std::vector<Formula> open;
  for (Formula& part : parts) {
    if (part.is_false()) continue;
    if (part.is_true()) {
      if (least > 0) --least;
      continue;
    }
    open.push_back(std::move(part));
  }
  if (least == 0) return constant(true);
  if (open.size() < least) return constant(false);
  if (open.size() == 1) return std::move(open.front());
  Formula formula;
  formula.kind = Formula::Kind::at_least;
  formula.parts = std::move(open);
  formula.least = static_cast<u32>(least);
  return formula;
}

Formula all_of(std::vector<Formula> parts) {
  const std::size_t count = parts.size();
  return at_least(count, std::move(parts));
}

Formula any_of(std::vector<Formula> parts) { return at_least(1, std::move(parts)); }

Formula both(Formula a, Formula b) {
  std::vector<Formula> parts;
  parts.push_back(std::move(a));
  parts.push_back(std::move(b));
  return all_of(std::move(parts));
}

Formula replaced(const Formula& formula,
                 const std::function<Formula(const Formula& leaf)>& replacement) {
  if (formula.kind == Formula::Kind::constant) return formula;
  if (formula.kind != Formula::Kind::at_least) return replacement(formula);
  std::vector<Formula> parts;
  for (const Formula& part : formula.parts) parts.push_back(replaced(part, replacement));
  return at_least(formula.least, std::move(parts));
}

Formula simplified(const Formula& formula, const std::function<Answer(u32 probe)>& answer) {
  return replaced(formula, [&](const Formula& leaf) {
    if (leaf.kind != Formula::Kind::probe) return leaf;
    const Answer known = answer(leaf.index);
    return known == Answer::unknown ? leaf : constant((known == Answer::yes) != leaf.negated);
  });
}

void collect_strings(const Formula& formula, std::vector<u32>& strings) {
  if (formula.kind == Formula::Kind::string) strings.push_back(formula.index);
  for (const Formula& part : formula.parts) collect_strings(part, strings);
}

std::size_t size_of(const Formula& formula) {
  std::size_t size = 1;
  for (const Formula& part : formula.parts) size += size_of(part);
  return size;
}

} // namespace coldsweep
