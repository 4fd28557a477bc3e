// SPDX-License-Identifier: Apache-2.0
// A few rules of a set, compiled on their own: on large content libyara is several times faster
// with the ten rules that may match than with thousands. The rules are compiled from their own
// text, together with the rules they refer to and the global rules of their files, so that they
// mean the same. Any thread. Private to rules/.
#pragma once

#include "base/guarded.h"
#include "rules/compile.h"
#include "rules/rule_set.h"
#include "rules/rule_table.h"

#include <map>
#include <memory>
#include <optional>
#include <span>

namespace coldsweep {

/// What the rules of a source are compiled from on their own.
struct RuleTexts {
  std::vector<std::string> imports;
  std::vector<std::string> rules;
  bool understood = false; ///< else there are none, and the source is compiled as a whole
};

class RuleGroups {
public:
  using Table = std::shared_ptr<const RuleTable>;

  /// `texts`: by source. `uses`: for each rule, the rules it can't be compiled without. What is
  /// passed by reference outlives the groups. `memory`: bytes for the tables that are kept.
  RuleGroups(const std::vector<RuleSource>& sources, const std::vector<RuleInfo>& infos,
             const CompileSettings& settings, std::vector<RuleTexts> texts,
             const std::vector<std::vector<u32>>& uses, u64 memory)
      : sources_(sources), infos_(infos), settings_(settings), texts_(std::move(texts)),
        uses_(uses), memory_(memory) {}

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
    void add(const std::vector<u32>& rules, const Table& table, u64 most);
  };

  Table compile(const std::vector<u32>& rules) const;
  std::vector<u32> with_needed(std::span<const u32> rules) const;

  const std::vector<RuleSource>& sources_;
  const std::vector<RuleInfo>& infos_;
  const CompileSettings& settings_;
  std::vector<RuleTexts> texts_;
  const std::vector<std::vector<u32>>& uses_;
  u64 memory_;
  mutable Guarded<Kept> kept_;
};

} // namespace coldsweep
