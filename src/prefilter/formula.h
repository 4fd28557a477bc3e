// SPDX-License-Identifier: Apache-2.0
// Monotone formulas over "string occurs" and over probes, which may be negated. True where a rule
// may match.
#pragma once

#include "prefilter/probe.h"

#include <functional>

namespace coldsweep {

struct Formula {
  enum class Kind : u8 { constant, string, probe, at_least };
  Kind kind = Kind::constant;
  bool value = true;    // of a constant
  bool negated = false; // of a probe
  u32 index = 0;        // of a string or a probe
  u32 least = 0;        // how many of `parts` must hold
  std::vector<Formula> parts;

  bool is_true() const { return kind == Kind::constant && value; }
  bool is_false() const { return kind == Kind::constant && !value; }
};

Formula constant(bool value);
Formula occurs(u32 string);
Formula answered(u32 probe, bool negated);
/// At least `least` of the parts, simplified.
Formula at_least(std::size_t least, std::vector<Formula> parts);
Formula all_of(std::vector<Formula> parts);
Formula any_of(std::vector<Formula> parts);
Formula both(Formula a, Formula b);

/// The formula with each of its strings and probes replaced.
Formula replaced(const Formula& formula,
                 const std::function<Formula(const Formula& leaf)>& replacement);

/// The formula with the known answers of its probes put in.
Formula simplified(const Formula& formula, const std::function<Answer(u32 probe)>& answer);

/// Whether it may hold where exactly these strings occur.
template <typename Occurs, typename Ask>
bool may_hold(const Formula& formula, const Occurs& occurs, const Ask& ask) {
  switch (formula.kind) {
  case Formula::Kind::constant: return formula.value;
  case Formula::Kind::string: return occurs(formula.index);
  case Formula::Kind::probe:
    return ask(formula.index) != (formula.negated ? Answer::yes : Answer::no);
  case Formula::Kind::at_least: break;
  }
  std::size_t missing = formula.least, left = formula.parts.size();
  for (const Formula& part : formula.parts) {
    if (missing == 0) return true;
    if (left-- < missing) return false;
    if (may_hold(part, occurs, ask)) --missing;
  }
  return missing == 0;
}

void collect_strings(const Formula& formula, std::vector<u32>& strings);
std::size_t size_of(const Formula& formula);

} // namespace coldsweep
