// SPDX-License-Identifier: Apache-2.0
// Parsed rules -> for each a formula that holds wherever the rule may match. One thread. Private to rules/.
#pragma once

#include "prefilter/formula.h"

#include <map>
#include <set>

namespace coldsweep {

/// A string of a rule, as the formulas name it.
struct StringPlace {
  u32 rule = 0;    // number of the rule
  u32 ordinal = 0; // among the strings of its rule
  std::string id;
  std::vector<Pattern> forms; // what to search for; empty where it counts as present
  std::string problem;        // why it can't be searched for
};

struct Conditions {
  std::vector<Probe> probes;
  std::vector<StringPlace> strings;
  std::vector<Formula> formulas;            // by rule
  std::vector<std::vector<u32>> uses;       // rules that a rule can't be compiled without
  std::vector<std::set<std::string>> notes; // by rule: what of its condition can't be used
};

/// Deliberate faults, one at a time: the differential test must find each of them.
enum class PlantedFault : u8 {
  none,
  forget_wide,
  forget_nocase,
  forget_xor_keys,
  forget_base64_alignment,
  count_at_least_one_too_many,
  take_or_for_and,
  take_not_for_nothing,
  shift_size_bound,
  swap_byte_order,
  narrow_hex_jump,
  exclude_newline,
  ignore_negation_of_probe,
  forget_rule_reference,
  mistake_none_for_all,
  forget_alternative_of_name,
  cover_one_part_too_few,
  forget_overlap,
  take_head_for_all,
};

class ConditionBuilder {
public:
  explicit ConditionBuilder(PlantedFault fault = PlantedFault::none) : fault_(fault) {}

  /// The rules of one namespace, numbered from the number of rules so far.
  void add(const ParsedSource& source);
  /// As many rules that may match anything, with what to tell about it.
  void add_unknown(std::size_t rules, const std::string& why);
  Conditions finish() { return std::move(conditions_); }

private:
  PlantedFault fault_;
  Conditions conditions_;
  std::map<std::string, u32> probe_numbers_; // by what they show
};

} // namespace coldsweep
