// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep.h"

#include "sweep/close_case.h"
#include "sweep/examine_case.h"
#include "sweep/open_case.h"

namespace coldsweep {

Evidence open_evidence(const SweepOptions& options, const StopFlag& stop) {
  Evidence evidence{open_image(options.image, &stop, options.ddrescue_map), {}};
  evidence.volumes = find_volumes(paths_of(evidence.image), evidence.image.media,
                                  {options.volume_at, options.find_volumes}, &stop);
  ask_sleuth_kit(evidence.image, evidence.volumes, &stop);
  return evidence;
}

SweepResult sweep_image(const Image& image, const VolumeTable& table, const SweepOptions& options,
                        const RuleSet& rules, const SweepControl& control) {
  // Plan every stream of every volume that can be swept, and begin the journal.
  const std::unique_ptr<OpenCase> open = open_case({image, table, options, rules, control});
  // Read and scan each stream, and keep its outcome in the journal.
  examine_case(*open);
  // Put the outcomes in order, weigh what needs all of them, and seal.
  return close_case(*open);
}

} // namespace coldsweep
