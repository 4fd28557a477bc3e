// SPDX-License-Identifier: Apache-2.0
// Rules on which libyara gives up for some content: a regular expression with too many branches in
// flight, say. libyara drops everything it found then. The other rules are evaluated again without
// the rule that failed, and without those that can't be judged without it. Private to rules/.
#pragma once

#include "rules/rule_filter.h"
#include "rules/yara_handles.h"

#include <optional>
#include <set>
#include <span>
#include <string>

namespace coldsweep {

/// Places of rules in a table.
using RulePlaces = std::set<u32>;
/// Who the rules of a table are, by their places.
using TableRefs = std::span<const RuleRef* const>;

constexpr std::size_t kMostFailing = 32; ///< rules of one table on one content

/// Where the rule is on which the scanner's last scan failed; nothing if libyara doesn't know.
std::optional<u32> failed_rule(YR_SCANNER* scanner);

/// The rule, and the rules of the table that refer to it, directly or not. All of its namespace if
/// it is a global rule, or if the references are not known.
RulePlaces with_dependents(u32 failed, TableRefs refs, const RuleFilter& filter);

/// The scanner's next scan does not search for the strings of these rules. What it says about the
/// rules means nothing.
void leave_out(const RulePlaces& rules, YR_SCANNER* scanner);

/// `rule: why`, and which rules can't be judged without it.
std::string describe_failure(u32 failed, int code, const RulePlaces& dependents, TableRefs refs);

} // namespace coldsweep
