// SPDX-License-Identifier: Apache-2.0
// Each finding of a sealed case against the evidence: the bytes that matched, and the hashes of the whole content, from the
// media at the places that the manifest states; and its rule once more on that content. Used by one thread.
#pragma once

#include "image/image.h"
#include "report/sealed_case.h"
#include "rules/rule_set.h"

#include <functional>
#include <string>

namespace coldsweep {

enum class Recheck : u8 {
  confirmed,
  differs,
  not_checkable, ///< nothing of it stands in the media as it is
};

struct Rechecked {
  Recheck verdict = Recheck::confirmed;
  std::string
      why; ///< what differs, or why it can't be checked; of one confirmed in part, what wasn't
};

struct RecheckCounts {
  u64 confirmed = 0, differs = 0, not_checkable = 0;
  u64 judged = 0; ///< of the confirmed: their rule was asked, too, and matches
};

struct RecheckParts {
  const report::SealedCase& sealed;
  const std::filesystem::path& case_folder;
  const Image& image;
  const RuleSet* rules = nullptr; ///< those of the case; null: no rule is asked
};

/// Calls `use` for each finding in the manifest's order. A copy in evidence/ serves where the content isn't in the media to the
/// byte. Holds content of at most 1 GiB. Throws UsageError where the image is not of the size that the manifest states.
RecheckCounts recheck(const RecheckParts& parts,
                      const std::function<void(const report::FindingRow&, const Rechecked&)>& use);

} // namespace coldsweep
