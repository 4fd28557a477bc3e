// SPDX-License-Identifier: Apache-2.0
// Parsed rules -> for each a formula that holds wherever the rule may match. One thread.
#pragma once

#include "prefilter/ast.h"
#include "prefilter/rule_terms.h"

namespace coldsweep {

class ConditionBuilder {
public:
  explicit ConditionBuilder(PlantedFault fault = PlantedFault::none) { draft_.fault = fault; }
  explicit ConditionBuilder(StringSearch search) { draft_.search = search; }

  /// The rules of one namespace, numbered from the number of rules so far.
  void add(const ParsedSource& source);
  /// The same number of rules that may match anything, with the reason for it.
  void add_unknown(std::size_t rules, const std::string& why);
  Conditions finish() { return std::move(draft_.conditions); }

private:
  ConditionDraft draft_;
};

} // namespace coldsweep
