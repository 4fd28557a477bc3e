// SPDX-License-Identifier: Apache-2.0
#include "sweep/close_case.h"

#include "weigh/time_proximity.h"

#include <utility>

namespace coldsweep {
namespace {

/// Bytes that weren't scanned because their hash is on a list, as the examiner requested.
u64 recognised_bytes(const ByteAccount& bytes) {
  u64 sum = 0;
  for (const char* reason : {"known_good", "known"})
    if (const auto found = bytes.skipped_by.find(reason); found != bytes.skipped_by.end())
      sum += found->second;
  return sum;
}

bool is_incomplete(const SealSummary& seal) {
  return seal.unseen > 0 || seal.bytes.skipped > recognised_bytes(seal.bytes) ||
         seal.bytes.unreadable > 0;
}

} // namespace

SweepResult close_case(OpenCase& open) {
  const SweepOptions& options = open.input.options;
  const bool stopped = open.input.control.stop.is_set();
  // The plan of a large volume takes a while to free.
  const std::future<void> freed =
      std::async(options.threads > 1 ? std::launch::async : std::launch::deferred,
                 [&volumes = open.volumes] { volumes = {}; });
  if (!stopped) {
    const TimeProximity proximity = TimeProximity::of(open.journal, open.places);
    open.result.seal =
        seal(open.journal, options.output, [&](Finding& finding) { proximity.add(finding); });
    open.result.incomplete = is_incomplete(*open.result.seal);
    open.run.seal_seconds = open.lap.take();
  }
  open.run.filtered = open.input.control.progress.filter_counts();
  finish_run(options.output, open.run, stopped);
  return std::move(open.result);
}

} // namespace coldsweep
