// SPDX-License-Identifier: Apache-2.0
// The first of a sweep's three verbs: image, rules and options -> a case with a plan and a journal.
#pragma once

#include "manifest/journal.h"
#include "rules/rule_set.h"
#include "sweep/case_folder.h"
#include "sweep/media_hash.h"
#include "sweep/sweep_result.h"
#include "sweep/swept_volumes.h"
#include "weigh/place_table.h"

#include <future>
#include <memory>

namespace coldsweep {

/// What a case is made from. All of it must outlive the case.
struct CaseInput {
  const Image& image;
  const VolumeTable& table;
  const SweepOptions& options;
  const RuleSet& rules;
  const SweepControl& control;
};

/// A case between open_case() and close_case(). Used by the calling thread.
struct OpenCase {
  CaseInput input;
  PlaceTable places;
  std::future<void> prefilter; ///< being prepared beside the plan
  OpenedVolumes volumes;       ///< the plan: what can be swept, and every stream there
  Journal journal;             ///< what is done so far
  CaseRecord record;           ///< the case line
  RunRecord run;
  Lap lap;
  MediaHashing hashing; ///< runs beside the sweep
  SweepResult result;
};

/// Opens and plans all volumes, then creates the case folder and writes what is known before the
/// first stream is scanned. Throws as sweep() does.
std::unique_ptr<OpenCase> open_case(const CaseInput& input);

} // namespace coldsweep
