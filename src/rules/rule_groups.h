// SPDX-License-Identifier: Apache-2.0
// A few rules of a set, compiled on their own: on large content libyara is several times faster with the ten rules
// that may match than with thousands. What is compiled is the rules' own text, with all that they refer to and the
// global rules of their files, so that they mean the same. Any thread. Private to rules/.
#pragma once

#include "base/guarded.h"
#include "prefilter/ast.h"
#include "rules/rule_set.h"

#include <map>
#include <memory>
#include <span>

namespace coldsweep {

struct RuleTable;

class RuleGroups {
public:
  using Table = std::shared_ptr<const RuleTable>;

  /// `uses`: for each rule, those it can't be compiled without.
  RuleGroups(const RuleSet::Compiled& rules, const std::vector<ParsedSource>& parsed,
             const std::vector<std::vector<u32>>& uses)
      : rules_(rules), parsed_(parsed), uses_(uses) {}

  /// These rules (in order), and others that they need; null where they can't be had apart.
  Table table_of(std::span<const u32> rules) const;

private:
  Table compile(const std::vector<u32>& rules) const;
  std::vector<u32> with_needed(std::span<const u32> rules) const;

  const RuleSet::Compiled& rules_;
  const std::vector<ParsedSource>& parsed_; // as rules_.sources
  const std::vector<std::vector<u32>>& uses_;
  mutable Guarded<std::map<std::vector<u32>, Table>> tables_;
};

} // namespace coldsweep
