// SPDX-License-Identifier: Apache-2.0
// What a caller lends to a sweep, and what it gets back.
#pragma once

#include "base/stop.h"
#include "examine/examiner.h"
#include "hash_sets/hash_sets.h"
#include "manifest/seal.h"
#include "sweep/progress.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct SweepResult {
  std::optional<SealSummary> seal; ///< absent when interrupted before the end
  /// Something planned was not read or scanned, or there was nothing to plan.
  bool incomplete = false;
  std::map<std::string, std::string> media_hashes; ///< of the whole media, if requested
  std::optional<bool> hash_match; ///< with the hashes that the image stores; absent: not compared
  u64 swept_volumes = 0;
  /// For the summary: volumes that were not swept, problems with hashing the media.
  std::vector<std::string> notes;
  std::string run_problem; ///< why there is no `run.json`; empty if there is one
};

/// Puts an examiner around each thread's own.
using WrapExaminer = std::function<std::unique_ptr<Examiner>(std::unique_ptr<Examiner>)>;

/// What the caller lends to a sweep.
struct SweepControl {
  Progress& progress;
  /// Set from outside, by a signal: what is done is kept.
  const StopFlag& stop;
  const HashSets* hash_sets = nullptr; ///< null: none
  WrapExaminer wrap = {};              ///< for tests
};

} // namespace coldsweep
