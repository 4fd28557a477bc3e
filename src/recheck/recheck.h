// SPDX-License-Identifier: Apache-2.0
// Checks each finding of a sealed case against the evidence. The matched bytes and the hashes of
// the whole content are read from the places on the media that the manifest states, these places
// are compared with the MFT record on the media, and the rule is evaluated again on that content.
// Used by one thread.
#pragma once

#include "image/image.h"
#include "recheck/limits.h"
#include "recheck/verdict.h"
#include "report/sealed_case.h"
#include "rules/rule_set.h"

#include <functional>
#include <string>

namespace coldsweep {

struct RecheckCounts {
  u64 confirmed = 0, differs = 0, not_checkable = 0;
  u64 judged = 0; ///< how many of the confirmed also had their rule evaluated, and it matches
};

struct RecheckParts {
  const report::SealedCase& sealed;
  const std::filesystem::path& case_folder;
  const Image& image;
  const RuleSet* rules = nullptr; ///< those of the case; null: no rule is evaluated
  RecheckLimits limits{};
};

/// Calls `use` for each finding in the manifest's order. Uses the copy in evidence/ if the content
/// isn't on the media byte for byte. Throws UsageError if the size
/// of the image is not the one that the manifest states.
RecheckCounts recheck(const RecheckParts& parts,
                      const std::function<void(const report::FindingRow&, const Rechecked&)>& use);

} // namespace coldsweep
