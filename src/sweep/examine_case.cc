// SPDX-License-Identifier: Apache-2.0
#include "sweep/examine_case.h"

#include "examine/stream_examiner.h"
#include "sweep/kept_outcomes.h"
#include "sweep/pipeline.h"

#include <algorithm>

namespace coldsweep {
namespace {

/// Memory for content: each thread keeps a buffer; the rest is leased on demand.
struct MemoryShares {
  u64 kept, leased;
};

MemoryShares share_memory(u64 memory, u32 threads) {
  const u64 kept = std::clamp<u64>(memory / (4 * std::max<u64>(threads, 1)), 64_KiB, 8_MiB);
  const u64 all_kept = kept * std::max<u64>(threads, 1);
  return {kept, memory > 2 * all_kept ? memory - all_kept : memory / 2};
}

ExamineOptions examine_options(const OpenCase& open, const MemoryShares& memory) {
  const SweepOptions& options = open.input.options;
  return {.timeout_seconds = options.timeout_seconds,
          .export_matched = options.export_matched,
          .export_limit = options.export_limit,
          .hash_sets = open.input.control.hash_sets,
          .skip_known = options.skip_known,
          .places = &open.places,
          .prefiltering = options.prefilter ? Prefiltering::on : Prefiltering::off,
          .archives = options.scope.archives,
          .efs = options.scope.efs,
          .member_limit = std::max(memory.leased / 4, memory.kept)};
}

/// The case line is written again: the journal holds it as it was before the media was hashed.
void keep_media_hash(OpenCase& open) {
  const MediaHash hash = open.hashing.finish();
  if (open.input.control.stop.is_set()) return; // it ended early
  open.result.media_hashes = open.record.image.computed_hashes = hash.computed;
  open.result.hash_match = open.record.image.hash_match = hash.match;
  open.journal.set_case(open.record);
  for (const Issue& issue : hash.issues) {
    open.journal.add_issue(issue);
    open.result.notes.push_back(issue.message);
  }
  open.journal.flush();
}

} // namespace

void examine_case(OpenCase& open) {
  const SweepOptions& options = open.input.options;
  const SweepControl& control = open.input.control;
  const MemoryShares memory = share_memory(options.memory, options.threads);
  const ContentLimits limits{.in_memory = std::max(memory.leased / 2, memory.kept),
                             .kept = memory.kept,
                             .spool_folder = options.output};
  ByteBudget budget(memory.leased);
  const EvidenceStore evidence(options.output);
  const ExamineOptions how = examine_options(open, memory);
  KeptOutcomes outcomes(open.journal, control.stop);
  const PipelineParts parts{.make_examiner =
                                [&] {
                                  return std::make_unique<StreamExaminer>(open.input.rules, budget,
                                                                          limits, evidence, how);
                                },
                            .sink = outcomes,
                            .progress = control.progress,
                            .stop = control.stop,
                            .threads = options.threads};
  for (const SweptVolume& volume : open.volumes.swept) {
    run_pipeline(volume, parts);
    if (control.stop.is_set()) break;
  }
  outcomes.finish();
  if (!control.stop.is_set()) keep_media_hash(open);
  open.run.scan_seconds = open.lap.take();
}

} // namespace coldsweep
