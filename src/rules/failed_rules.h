// SPDX-License-Identifier: Apache-2.0
// Rules on which libyara gives up for some content: a regular expression with too many branches in
// flight, say, or a condition that takes too long. libyara drops everything it found then. The
// other rules are evaluated again without the rule that failed, and without those that can't be
// judged without it. Private to rules/.
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

/// The rules, and those of the table that they refer to. All of their namespaces where that is not
/// known.
RulePlaces with_needed(const RulePlaces& rules, TableRefs refs, const RuleFilter& filter);

/// As scan_bytes(), but without these rules. What it says about them means nothing.
int scan_without(const RulePlaces& rules, YR_SCANNER* scanner, ByteView content);

/// `rule NAME: why`, and which rules can't be judged without it.
std::string describe_failure(u32 failed, int code, const RulePlaces& dependents, TableRefs refs);

/// `N rules, the first NAME: why`.
std::string describe_unknown(const RulePlaces& rules, int code, TableRefs refs);

} // namespace coldsweep
