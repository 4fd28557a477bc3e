// SPDX-License-Identifier: Apache-2.0
// The program: image and rules in, sealed case out.
#pragma once

#include "hash_sets/hash_sets.h"
#include "manifest/seal.h"
#include "model/options.h"
#include "rules/rule_set.h"
#include "sweep/progress.h"
#include "volume/volume.h"

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct SweepResult {
  std::optional<SealSummary> seal; ///< absent when interrupted before the end
  bool incomplete =
      false; ///< something planned was not read or scanned, or there was nothing to plan
  std::map<std::string, std::string> media_hashes; ///< of the whole media, as far as asked for
  std::optional<bool> hash_match; ///< with those the image stores; absent: not compared
  u64 swept_volumes = 0;
  std::vector<std::string>
      notes; ///< for the summary: volumes that were not swept, rejected rule files
};

/// What the caller lends to a sweep.
struct SweepControl {
  Progress& progress;
  const std::atomic<bool>&
      stop; ///< set from outside (a signal): what is under way is finished and kept
  const HashSets* hash_sets = nullptr; ///< null: none
};

/// Sweeps and seals. Throws UsageError or RuleError before anything is written where options or rules are wrong,
/// FormatError where the image can't be opened, Error when the case can't be written.
SweepResult sweep(const SweepOptions& options, const RuleSet& rules, const SweepControl& control);

/// The same for an image that is open, with its volumes: `options.image` is not looked at.
SweepResult sweep_image(const Image& image, const VolumeTable& table, const SweepOptions& options,
                        const RuleSet& rules, const SweepControl& control);

} // namespace coldsweep
