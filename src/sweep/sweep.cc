// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep.h"

#include "sweep/build_case_record.h"
#include "sweep/case_folder.h"
#include "sweep/media_hash.h"
#include "sweep/pipeline.h"
#include "sweep/swept_volumes.h"
#include "weigh/time_proximity.h"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// Memory for content: each thread keeps a buffer, the rest is leased.
struct MemoryShares {
  u64 kept, leased;
};

MemoryShares share_memory(u64 memory, u32 threads) {
  const u64 kept = std::clamp<u64>(memory / (4 * std::max<u64>(threads, 1)), 64_KiB, 8_MiB);
  const u64 all_kept = kept * std::max<u64>(threads, 1);
  return {kept, memory > 2 * all_kept ? memory - all_kept : memory / 2};
}

void note_volumes(const OpenedVolumes& volumes, SweepResult& result) {
  for (const VolumeRecord& record : volumes.records) {
    if (record.status == VolumeStatus::swept) continue;
    result.notes.push_back(fmt::format(
        "volume {} ({}, {} bytes) was not swept: {}{}{}", record.locator, record.filesystem,
        record.size, name_of(record.status), record.note.empty() ? "" : ", ", record.note));
  }
}

/// Not scanned because their hash tells what they are: the examiner asked for that.
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

void write_header(Journal& journal, const CaseRecord& record, const OpenedVolumes& volumes) {
  journal.set_case(record);
  for (const VolumeRecord& volume : volumes.records) journal.add_volume(volume);
  for (const Issue& issue : volumes.issues) journal.add_issue(issue);
  journal.flush();
}

/// The case line is written anew: the journal holds that of the sweep's begin.
void keep_media_hash(const MediaHash& hash, CaseRecord& record, Journal& journal,
                     SweepResult& result) {
  result.media_hashes = record.image.computed_hashes = hash.computed;
  result.hash_match = record.image.hash_match = hash.match;
  journal.set_case(record);
  for (const Issue& issue : hash.issues) {
    journal.add_issue(issue);
    result.notes.push_back(issue.message);
  }
  journal.flush();
}

void plan_progress(const OpenedVolumes& volumes, Progress& progress) {
  for (const SweptVolume& volume : volumes.swept) {
    progress.streams_planned += volume.plan.streams().size();
    for (const StreamRef& stream : volume.plan.streams())
      progress.bytes_planned += stored_bytes(stream);
  }
}

} // namespace

SweepResult sweep(const SweepOptions& options, const RuleSet& rules, const SweepControl& control) {
  check_case_folder(options.output);
  const Image image = open_image(options.image);
  return sweep_image(image, find_volumes(paths_of(image), image.media), options, rules, control);
}

SweepResult sweep_image(const Image& image, const VolumeTable& table, const SweepOptions& options,
                        const RuleSet& rules, const SweepControl& control) {
  RunRecord run = begin_run(options);
  Lap lap;
  const PlaceTable places = PlaceTable::load(options.places);
  // Beside the walk of the MFT, which has one thread to itself. A failure comes again with the first scan.
  const std::future<void> prepared = std::async(
      options.threads > 1 && options.prefilter ? std::launch::async : std::launch::deferred,
      [&rules] { rules.prepare_prefilter(); });

  // What of the evidence can be swept, and every stream there.
  OpenedVolumes volumes = open_volumes(image, table, options);
  SweepResult result;
  result.swept_volumes = volumes.swept.size();
  note_volumes(volumes, result);
  plan_progress(volumes, control.progress);

  // The case, with what is known before the first byte is scanned.
  create_case_folder(options.output);
  Journal journal = Journal::create(options.output);
  CaseRecord record = build_case_record(options, image, rules);
  record.options["places"] = places.sha256;
  if (control.hash_sets != nullptr) record.hash_sets = control.hash_sets->records();
  write_header(journal, record, volumes);
  run.plan_seconds = lap.take();

  MediaHashing hashing(image, options.image_hash, options.threads > 0,
                       {control.stop, control.progress});

  // Every stream of every volume: read, scanned, kept.
  const MemoryShares memory = share_memory(options.memory, options.threads);
  ByteBudget budget(memory.leased);
  const EvidenceStore evidence(options.output);
  const PipelineParts parts{
      [&] {
        return std::make_unique<StreamExaminer>(
            rules, budget,
            ContentLimits{std::max(memory.leased / 2, memory.kept), memory.kept, options.output},
            evidence,
            ExamineOptions{options.timeout_seconds, options.export_matched, options.export_limit,
                           control.hash_sets, options.skip_known, &places,
                           options.prefilter ? Prefiltering::on : Prefiltering::off,
                           options.scope.archives, options.scope.efs,
                           std::max(memory.leased / 4, memory.kept)});
      },
      journal, control.progress, control.stop, options.threads};
  for (const SweptVolume& volume : volumes.swept) {
    run_pipeline(volume, parts);
    if (control.stop) break;
  }
  journal.flush();
  if (!control.stop) {
    const MediaHash hash = hashing.finish();
    if (!control.stop) keep_media_hash(hash, record, journal, result);
  }
  run.scan_seconds = lap.take();

  // The plan of a large volume takes a while to be let go.
  const std::future<void> released =
      std::async(options.threads > 1 ? std::launch::async : std::launch::deferred,
                 [&volumes] { volumes = {}; });

  // An interrupted case stays unsealed: its journal holds what was done.
  if (!control.stop) {
    const TimeProximity proximity = TimeProximity::of(journal, places);
    result.seal = seal(journal, options.output, [&](Finding& finding) { proximity.add(finding); });
    result.incomplete = is_incomplete(*result.seal);
    run.seal_seconds = lap.take();
  }
  run.filtered = control.progress.filter_counts();
  finish_run(options.output, run, control.stop);
  return result;
}

} // namespace coldsweep
