// SPDX-License-Identifier: Apache-2.0
// What a scan of one content found.
#pragma once

#include "model/outcome.h"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct RuleMatch {
  const RuleRef* rule = nullptr; ///< owned by the RuleSet
  std::vector<Match> matches;    ///< by offset, then id; `media_offset` is left absent
};

/// Rules that could not be evaluated on a content.
struct FailedRules {
  std::string what; ///< their names, and why
  bool timed_out = false;
  auto operator<=>(const FailedRules&) const = default;
};

struct ScanResult {
  std::vector<RuleMatch> matches; ///< without private rules; by namespace, then name
  /// In raw space: rules whose strings occur, and whose condition depends on more than that.
  std::vector<RuleMatch> unjudged;
  bool timed_out = false;             ///< then `matches` is empty and nothing is known
  std::vector<std::string> truncated; ///< `rule:$string`: more matches than libyara or we keep
  /// libyara gave up on these. `matches` lacks them, and rules that refer to them.
  std::vector<FailedRules> failed;
  std::optional<std::string> error; ///< libyara gave up for another reason; then nothing is known
};

} // namespace coldsweep
