// SPDX-License-Identifier: Apache-2.0
// The seam around every stream: the pipeline hands a stream to an Examiner and gets back its
// Outcome. Where and how the stream is examined is up to the implementation.
#pragma once

#include "examine/swept_volume.h"
#include "model/outcome.h"
#include "rules/filter_counts.h"

namespace coldsweep {

/// Used by one thread at a time.
class Examiner {
public:
  Examiner() = default;
  virtual ~Examiner() = default;
  Examiner(const Examiner&) = delete;
  Examiner& operator=(const Examiner&) = delete;

  /// Accounts for every byte of the stream: damage, timeouts and limits become issues of the
  /// outcome. `volume` and `stream` stay valid during the call. Throws Stopped if the sweep was
  /// stopped before the stream was done, CaseWriteError if the case folder can't be written to. Any
  /// other exception means that the stream is lost (GuardedExaminer).
  virtual Outcome examine(const SweptVolume& volume, const StreamRef& stream) = 0;

  /// What the prefilter decided since the last call.
  virtual FilterCounts take_filter_counts() { return {}; }
};

} // namespace coldsweep
