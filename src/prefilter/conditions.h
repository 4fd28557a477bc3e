// SPDX-License-Identifier: Apache-2.0
// The necessary conditions of a set of rules: a formula for each, and the strings and probes that
// the formulas are made of.
#pragma once

#include "prefilter/formula.h"
#include "prefilter/packed_pattern.h"

#include <set>

namespace coldsweep {

/// A string of a rule, as the formulas name it.
struct StringPlace {
  u32 rule = 0;    // number of the rule
  u32 ordinal = 0; // among the strings of its rule
  std::string id;
  std::vector<PackedPattern> forms; // what to search for; empty if it counts as present
  std::string problem;              // why it can't be searched for
};

struct Conditions {
  std::vector<Probe> probes;
  std::vector<StringPlace> strings;
  std::vector<Formula> formulas;            // by rule
  std::vector<std::vector<u32>> uses;       // rules that a rule can't be compiled without
  std::vector<std::set<std::string>> notes; // by rule: what of its condition can't be used
};

/// The rule's formula over its own strings, each named by its ordinal. Everything else, which is
/// probes and the strings of other rules, counts as true.
Formula over_own_strings(const Conditions& conditions, u32 rule);

} // namespace coldsweep
