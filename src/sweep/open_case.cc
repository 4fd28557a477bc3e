// SPDX-License-Identifier: Apache-2.0
#include "sweep/open_case.h"

#include "sweep/build_case_record.h"
#include "sweep/pipeline.h"

#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

void note_volumes(const OpenedVolumes& volumes, SweepResult& result) {
  result.swept_volumes = volumes.swept.size();
  for (const VolumeRecord& record : volumes.records) {
    if (record.status == VolumeStatus::swept) continue;
    result.notes.push_back(fmt::format(
        "volume {} ({}, {} bytes) was not swept: {}{}{}", record.locator, record.filesystem,
        record.size, name_of(record.status), record.note.empty() ? "" : ", ", record.note));
  }
}

void plan_progress(const OpenedVolumes& volumes, Progress& progress) {
  for (const SweptVolume& volume : volumes.swept) {
    progress.streams_planned += volume.plan.streams().size();
    for (const StreamRef& stream : volume.plan.streams())
      progress.bytes_planned += stored_bytes(stream);
  }
}

CaseRecord case_record(const CaseInput& input, const PlaceTable& places) {
  CaseRecord record = build_case_record(input.options, input.image, input.rules);
  record.options["places"] = places.sha256;
  if (input.control.hash_sets != nullptr) record.hash_sets = input.control.hash_sets->records();
  return record;
}

Journal begin_journal(const CaseInput& input, const CaseRecord& record,
                      const OpenedVolumes& volumes) {
  input.control.progress.case_begun = true;
  create_case_folder(input.options.output);
  Journal journal = Journal::create(input.options.output);
  journal.set_case(record);
  for (const VolumeRecord& volume : volumes.records) journal.add_volume(volume);
  for (const Issue& issue : volumes.issues) journal.add_issue(issue);
  journal.flush();
  return journal;
}

} // namespace

std::unique_ptr<OpenCase> open_case(const CaseInput& input) {
  RunRecord run = begin_run(input.options);
  Lap lap;
  PlaceTable places = PlaceTable::load(input.options.places);
  // Beside the walk of the MFT, which one thread does. A failure comes up again with the first
  // scan.
  const bool beside = input.options.threads > 1 && input.options.prefilter;
  std::future<void> prefilter = std::async(beside ? std::launch::async : std::launch::deferred,
                                           [&rules = input.rules] { rules.prepare_prefilter(); });

  OpenedVolumes volumes = open_volumes(input.image, input.table, input.options, input.control.stop);
  SweepResult result;
  note_volumes(volumes, result);
  plan_progress(volumes, input.control.progress);

  CaseRecord record = case_record(input, places);
  Journal journal = begin_journal(input, record, volumes);
  run.plan_seconds = lap.take();
  return std::unique_ptr<OpenCase>(new OpenCase{
      .input = input,
      .places = std::move(places),
      .prefilter = std::move(prefilter),
      .volumes = std::move(volumes),
      .journal = std::move(journal),
      .record = std::move(record),
      .run = std::move(run),
      .lap = lap,
      .hashing = MediaHashing(input.image, input.options.image_hash, input.options.threads > 0,
                              {input.control.stop, input.control.progress}),
      .result = std::move(result)});
}

} // namespace coldsweep
