// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep.h"

#include "sweep/case_folder.h"
#include "sweep/close_case.h"
#include "sweep/examine_case.h"
#include "sweep/open_case.h"

namespace coldsweep {

SweepResult sweep(const SweepOptions& options, const RuleSet& rules, const SweepControl& control) {
  check_case_folder(options.output);
  const Image image = open_image(options.image, &control.stop);
  const VolumeTable table = find_volumes(paths_of(image), image.media, &control.stop);
  return sweep_image(image, table, options, rules, control);
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
