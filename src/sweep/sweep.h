// SPDX-License-Identifier: Apache-2.0
// The program: image and rules in, sealed case out.
#pragma once

#include "image/image.h"
#include "model/options.h"
#include "rules/rule_set.h"
#include "sweep/sweep_result.h"
#include "volume/volume.h"

namespace coldsweep {

struct Evidence {
  Image image;
  VolumeTable volumes;
};

/// Opens the image that `options` names and finds its volumes. Throws UsageError if the options are
/// wrong, FormatError if the image can't be opened, Stopped once `stop` is set. Libraries parse the
/// image in forked processes: what another thread has locked at that moment stays locked there, so
/// call this before there are threads that do more than wait.
Evidence open_evidence(const SweepOptions& options, const StopFlag& stop);

/// Sweeps and seals. Ignores the image of `options`. Throws UsageError or RuleError before anything
/// is written if options or rules are wrong, Error if the case can't be written.
SweepResult sweep_image(const Image& image, const VolumeTable& table, const SweepOptions& options,
                        const RuleSet& rules, const SweepControl& control);

} // namespace coldsweep
