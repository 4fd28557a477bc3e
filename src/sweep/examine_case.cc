// SPDX-License-Identifier: Apache-2.0
#include "sweep/examine_case.h"

#include "examine/stream_examiner.h"
#include "sweep/kept_outcomes.h"
#include "sweep/memory_shares.h"
#include "sweep/pipeline.h"

#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

ExamineOptions examine_options(const OpenCase& open, const MemoryShares& memory,
                               ByteBudget& members) {
  const SweepOptions& options = open.input.options;
  return {.timeout_seconds = options.timeout_seconds,
          .stop = &open.input.control.stop,
          .export_matched = options.export_matched,
          .export_limit = options.export_limit,
          .hash_sets = open.input.control.hash_sets,
          .skip_known = options.skip_known,
          .places = &open.places,
          .prefiltering = options.prefilter ? Prefiltering::on : Prefiltering::off,
          .archives = options.scope.archives,
          .efs = options.scope.efs,
          .member_limit = memory.member,
          .unleased = memory.kept,
          .member_budget = &members};
}

/// A set that failed was left out from then on, whatever was looked up in it before.
void keep_hash_set_failures(OpenCase& open) {
  if (open.input.control.hash_sets == nullptr) return;
  for (const HashSetFailure& failure : open.input.control.hash_sets->failures()) {
    Issue issue;
    issue.kind = IssueKind::unreadable;
    issue.stage = "hash_set";
    issue.message = fmt::format("hash set {} failed in the middle of the sweep, and streams "
                                "examined after that were not looked up in it: {}",
                                failure.name, failure.message);
    open.result.notes.push_back(issue.message);
    open.journal.add_issue(issue);
  }
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
  const MemoryShares memory = share_memory(options);
  const ContentLimits limits{
      .in_memory = memory.whole, .kept = memory.kept, .spool_folder = options.output};
  ByteBudget budget(memory.content), members(memory.members);
  const EvidenceStore evidence(options.output);
  const ExamineOptions how = examine_options(open, memory, members);
  KeptOutcomes outcomes(open.journal, control.stop);
  const PipelineParts parts{.make_examiner = [&]() -> std::unique_ptr<Examiner> {
                              auto own = std::make_unique<StreamExaminer>(open.input.rules, budget,
                                                                          limits, evidence, how);
                              if (!control.wrap) return own;
                              return control.wrap(std::move(own));
                            },
                            .sink = outcomes,
                            .progress = control.progress,
                            .stop = control.stop,
                            .threads = options.threads,
                            .memory = options.memory};
  for (const SweptVolume& volume : open.volumes.swept) {
    run_pipeline(volume, parts);
    if (control.stop.is_set()) break;
  }
  outcomes.finish();
  keep_hash_set_failures(open);
  open.journal.flush();
  if (!control.stop.is_set()) keep_media_hash(open);
  open.run.scan_seconds = open.lap.take();
}

} // namespace coldsweep
