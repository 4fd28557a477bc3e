// SPDX-License-Identifier: Apache-2.0
// Each finding of a sealed case against the evidence: the bytes that matched, and the hashes of the whole content, from the
// media at the places that the manifest states. Used by one thread.
#pragma once

#include "image/image.h"
#include "report/sealed_case.h"

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
};

/// Calls `use` for each finding in the manifest's order. A copy in evidence/ serves where the content isn't in the media to the
/// byte. Throws UsageError where the image is not of the size that the manifest states.
RecheckCounts recheck(const report::SealedCase& sealed, const std::filesystem::path& case_folder,
                      const Image& image,
                      const std::function<void(const report::FindingRow&, const Rechecked&)>& use);

} // namespace coldsweep
