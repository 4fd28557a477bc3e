// SPDX-License-Identifier: Apache-2.0
// Looks content up in the hash sets: gives findings, or the reason not to scan it. Used by one
// thread. Private to examine/.
#pragma once

#include "examine/content_tools.h"
#include "examine/examination.h"

#include <optional>
#include <vector>

namespace coldsweep {

struct HashJudgement {
  bool good = false;
  std::optional<HashSetHit> known;
  std::vector<HashSetHit> hits; ///< each one is a finding

  bool empty() const { return !good && !known && hits.empty(); }
  /// `known_good` or `known` if the content need not be scanned; null if it must be.
  const char* reason_to_skip(bool skip_known) const;
  /// Adds a finding for each hit.
  void add_findings_to(std::vector<Finding>& findings) const;
};

/// By the hash lists alone. `hashes` has those that HashSets::kinds() names.
HashJudgement judge_content(HashLookup& lookup, const Hashes& hashes);

/// Looks up `work.hashes` if they are `exact`, and compares the stream with the files that Exchange
/// ships. Without exact hashes only its name in a web folder can count against it.
HashJudgement judge_stream(Examination& work, const ContentTools& tools, bool exact);

} // namespace coldsweep
