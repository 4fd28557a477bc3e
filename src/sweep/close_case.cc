// SPDX-License-Identifier: Apache-2.0
#include "sweep/close_case.h"

#include "weigh/time_proximity.h"

#include <utility>

namespace coldsweep {
namespace {

/// Skipped bytes that hide nothing: their hash is on a list, and the examiner asked for that, or
/// they are no longer those of the deleted file.
u64 bytes_of_no_concern(const ByteAccount& bytes) {
  u64 sum = 0;
  for (const char* reason : {"known_good", "known", "overwritten"})
    if (const auto found = bytes.skipped_by.find(reason); found != bytes.skipped_by.end())
      sum += found->second;
  return sum;
}

bool is_incomplete(const SealSummary& seal) {
  return seal.unseen > 0 || seal.bytes.skipped > bytes_of_no_concern(seal.bytes) ||
         seal.bytes.unreadable > 0;
}

void seal_case(OpenCase& open) {
  const StopFlag& stop = open.input.control.stop;
  try {
    stop.check();
    const TimeProximity proximity = TimeProximity::of(open.journal, open.places, &stop);
    open.result.seal = seal(
        open.journal, open.input.options.output, [&](Finding& finding) { proximity.add(finding); },
        &stop);
  } catch (const Stopped&) {
    return;
  }
  open.result.incomplete = is_incomplete(*open.result.seal);
  open.run.seal_seconds = open.lap.take();
}

} // namespace

SweepResult close_case(OpenCase& open) {
  const SweepOptions& options = open.input.options;
  // The plan of a large volume takes a while to free.
  const std::future<void> freed =
      std::async(options.threads > 1 ? std::launch::async : std::launch::deferred,
                 [&volumes = open.volumes] { volumes = {}; });
  seal_case(open);
  open.run.filtered = open.input.control.progress.filter_counts();
  open.result.run_problem = finish_run(options.output, open.run, !open.result.seal);
  return std::move(open.result);
}

} // namespace coldsweep
