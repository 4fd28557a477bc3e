// SPDX-License-Identifier: Apache-2.0
// The barrier around every stream. Whatever goes wrong while one is examined becomes an issue of
// that stream, and the sweep goes on with the next.
#pragma once

#include "examine/examiner.h"

#include <exception>
#include <functional>
#include <memory>

namespace coldsweep {

using MakeExaminer = std::function<std::unique_ptr<Examiner>()>;

/// The outcome of a stream whose examination ended with the exception `why`: all of its bytes are
/// skipped, and one issue says so. Its kind is `over_limit` if memory ran out, else `crashed`.
/// Rethrows Stopped and CaseWriteError, which end a sweep.
Outcome lost_outcome(const SweptVolume& volume, const StreamRef& stream,
                     const std::exception_ptr& why);

/// Has another examiner do the work, and replaces it by a new one after an exception: it may be in
/// any state, and hold buffers and leases.
class GuardedExaminer final : public Examiner {
public:
  /// `make` outlives this object, and is first called when a stream comes.
  explicit GuardedExaminer(const MakeExaminer* make) : make_(make) {}

  /// Throws only Stopped and CaseWriteError.
  Outcome examine(const SweptVolume& volume, const StreamRef& stream) override;
  FilterCounts take_filter_counts() override;

private:
  const MakeExaminer* make_;
  std::unique_ptr<Examiner> inner_;
  FilterCounts counts_; ///< of examiners that were replaced
};

} // namespace coldsweep
