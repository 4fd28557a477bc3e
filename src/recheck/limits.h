// SPDX-License-Identifier: Apache-2.0
// The limits of a check, as opposed to those of a sweep. A finding beyond one of them was not
// checked; it doesn't differ.
#pragma once

#include "base/error.h"
#include "content/archive_walk.h"

#include <chrono>

namespace coldsweep {

struct RecheckLimits {
  u64 held = 1_GiB;    ///< of a content whose rules are evaluated, and of an archive
  u64 decoded = 1_GiB; ///< of content that WOF compressed
  /// For an archive, and for the rules on one content. Without the prefilter, scanning takes longer
  /// than in a sweep.
  std::chrono::seconds time{600};
  ArchiveLimits archives;
  u64 volumes = 1024;     ///< opened for their MFT records: a manifest can name any number
  u64 times_searched = 4; ///< the media, for MFT records of volumes with a damaged $MFT
};

/// A check came to one of its limits. The message names it.
struct RecheckLimit : Error {
  using Error::Error;
};

} // namespace coldsweep
