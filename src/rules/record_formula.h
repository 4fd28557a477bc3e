// SPDX-License-Identifier: Apache-2.0
// A rule's condition -> what must at least be true of its strings. Monotone in "this string occurs": where it is
// false, the condition is false; where it is true, libyara decides. Private to rules/.
#pragma once

#include "rules/rule_source.h"

#include <span>
#include <vector>

namespace coldsweep {

/// At least `least` of the parts; a part is a string or a formula.
struct RecordFormula {
  bool always = true;               ///< nothing is known: may be true of any record
  std::optional<u32> string;        ///< true where this string occurs; index among the declared
  std::vector<RecordFormula> parts; ///< else at least `least` of these
  u32 least = 0;

  /// `present` holds a non-zero byte for each string that occurs.
  bool holds(std::span<const u8> present) const;
  void add_strings_to(std::vector<bool>& used) const;
};

/// `usable[i]`: whether the absence of string i can be told by a search over many records at once; the others count
/// as present.
RecordFormula necessary_condition(const DeclaredRule& rule, const std::vector<bool>& usable);

/// Whether the declared string is found within a run of records wherever it is found in one of them alone: not so for
/// anchors, and for words whose ends can't be told from what stands beside the record.
bool found_in_company(const DeclaredString& string);

} // namespace coldsweep
