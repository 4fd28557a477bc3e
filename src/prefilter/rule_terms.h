// SPDX-License-Identifier: Apache-2.0
// The terms that a rule's formula is made of: which of its strings occur, and probes of size,
// content and externals. One thread.
#pragma once

#include "prefilter/ast.h"
#include "prefilter/conditions.h"
#include "prefilter/planted_fault.h"

#include <map>

namespace coldsweep {

/// How the strings of the formulas are searched for.
enum class StringSearch : u8 {
  by_forms,   ///< by their forms; a string without forms counts as present
  by_libyara, ///< by libyara, as they were declared: every string, but not where it occurs
};

/// Conditions that are being derived.
struct ConditionDraft {
  Conditions conditions{};
  std::map<std::string, u32> probe_numbers{}; // by what they show
  PlantedFault fault = PlantedFault::none;
  StringSearch search = StringSearch::by_forms;
};

class RuleTerms {
public:
  /// Adds the strings of the rule to the draft. `number` is that of the rule.
  RuleTerms(ConditionDraft& draft, const ParsedRule& rule, u32 number);

  /// What of the rule's condition can't be used.
  void note(std::string what) { draft_.conditions.notes[number_].insert(std::move(what)); }

  /// The numbers of these strings in the draft. A name may end in a wildcard.
  std::vector<u32> strings_of(const std::string& name) const;
  std::vector<u32> strings_of(const Expr::Set& set) const;
  /// Sets the string that `$` stands for in a loop, and returns the one before.
  std::optional<u32> exchange_current(std::optional<u32> string);

  Formula present(u32 string) const;
  /// `name` occurs; true if it isn't one known string.
  Formula present(const std::string& name) const;
  Formula any_present(const std::vector<std::string>& names) const;
  Formula present_at(u32 string, const Expr& offset);

  /// The probe that answers this comparison, or this test of an external variable. Absent if there
  /// is none.
  std::optional<u32> comparison(const Expr& e);
  std::optional<u32> external_test(const Expr& e);
  Formula is_pe();

private:
  bool faulty(PlantedFault fault) const { return draft_.fault == fault; }
  void add_string(u32 ordinal);
  u32 number_of(Probe probe);

  ConditionDraft& draft_;
  const ParsedRule& rule_;
  u32 number_;
  u32 first_string_;
  std::vector<std::vector<Pattern>> forms_; // of each string, also of those not searched for
  std::optional<u32> current_;              // the string that `$` stands for
};

} // namespace coldsweep
