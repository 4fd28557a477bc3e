// SPDX-License-Identifier: Apache-2.0
// A few rules of a set, compiled on their own: on large content libyara is several times faster
// with the ten rules that may match than with thousands. The rules are compiled from their own
// text, together with the rules they refer to and the global rules of their files, so that they
// mean the same. Any thread. Private to rules/.
#pragma once

#include "base/guarded.h"
#include "prefilter/ast.h"
#include "rules/rule_set.h"
#include "rules/rule_table.h"

#include <map>
#include <memory>
#include <optional>
#include <span>

namespace coldsweep {

class RuleGroups {
public:
  using Table = std::shared_ptr<const RuleTable>;

  /// `uses`: for each rule, the rules it can't be compiled without. All outlive the groups.
  RuleGroups(const std::vector<RuleSource>& sources, const std::vector<RuleInfo>& infos,
             const std::vector<ParsedSource>& parsed, const std::vector<std::vector<u32>>& uses)
      : sources_(sources), infos_(infos), parsed_(parsed), uses_(uses) {}

  /// These rules (in order), and others that they need; null if they can't be compiled apart.
  Table table_of(std::span<const u32> rules) const;
  /// About what the tables take that are kept for the next content.
  u64 bytes_kept() const;

private:
  struct Entry {
    Table table;
    u64 bytes = 0;
    u64 last_use = 0;
  };
  /// What was compiled, by its rules. The least recently used goes first.
  struct Kept {
    std::map<std::vector<u32>, Entry> entries;
    u64 bytes = 0, uses = 0;

    std::optional<Table> find(const std::vector<u32>& rules);
    void add(const std::vector<u32>& rules, const Table& table);
  };

  Table compile(const std::vector<u32>& rules) const;
  std::vector<u32> with_needed(std::span<const u32> rules) const;

  const std::vector<RuleSource>& sources_;
  const std::vector<RuleInfo>& infos_;
  const std::vector<ParsedSource>& parsed_; // by source
  const std::vector<std::vector<u32>>& uses_;
  mutable Guarded<Kept> kept_;
};

} // namespace coldsweep
