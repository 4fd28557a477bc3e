// SPDX-License-Identifier: Apache-2.0
// The program: image and rules in, sealed case out.
#pragma once

#include "model/options.h"
#include "rules/rule_set.h"
#include "sweep/sweep_result.h"
#include "volume/volume.h"

namespace coldsweep {

/// Sweeps and seals. Throws UsageError or RuleError before anything is written if options or rules
/// are wrong, FormatError if the image can't be opened, Error if the case can't be written.
SweepResult sweep(const SweepOptions& options, const RuleSet& rules, const SweepControl& control);

/// The same for an image that is open already, with its volumes. Ignores `options.image`.
SweepResult sweep_image(const Image& image, const VolumeTable& table, const SweepOptions& options,
                        const RuleSet& rules, const SweepControl& control);

} // namespace coldsweep
