// SPDX-License-Identifier: Apache-2.0
#include "sweep/pipeline.h"

#include <utility>
#include <vector>

#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

namespace coldsweep {
namespace {

constexpr u64 kBatchBytes = 1_MiB;
constexpr std::size_t kBatchStreams = 128;

using Batch = std::span<const StreamRef>;

/// Cuts the plan into batches, so that a stream of a few hundred bytes doesn't cost a whole task.
class BatchSource {
public:
  explicit BatchSource(std::span<const StreamRef> streams) : left_(streams) {}

  Batch next() {
    std::size_t count = 0;
    u64 bytes = 0;
    while (count < left_.size() && count < kBatchStreams && bytes < kBatchBytes)
      bytes += stored_bytes(left_[count++]);
    const Batch batch = left_.first(count);
    left_ = left_.subspan(count);
    return batch;
  }

private:
  std::span<const StreamRef> left_;
};

std::vector<Outcome> examine_batch(Examiner& examiner, const SweptVolume& volume, Batch batch,
                                   const PipelineParts& parts) {
  Progress& progress = parts.progress;
  std::vector<Outcome> outcomes;
  outcomes.reserve(batch.size());
  for (const StreamRef& stream : batch) {
    if (parts.stop.is_set()) break; // a batch of slow streams may take hours
    Outcome& outcome = outcomes.emplace_back(examiner.examine(volume, stream));
    progress.streams_done += 1;
    progress.bytes_done += stored_bytes(stream);
    progress.findings += outcome.findings.size();
    progress.issues += outcome.issues.size();
  }
  progress.filtered.with([&](FilterCounts& all) { all += examiner.take_filter_counts(); });
  return outcomes;
}

void write_all(OutcomeSink& sink, const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) sink.write(outcome);
}

} // namespace

u64 stored_bytes(const StreamRef& stream) {
  if (stream.id.kind == StreamKind::name) return 0;
  u64 bytes = 0;
  for (const Extent& extent : stream.extents)
    if (extent.placed()) bytes += extent.length;
  return bytes;
}

void run_pipeline(const SweptVolume& volume, const PipelineParts& parts) {
  BatchSource source(volume.plan.streams());
  if (parts.threads == 0) {
    const std::unique_ptr<Examiner> examiner = parts.make_examiner();
    for (Batch batch = source.next(); !batch.empty() && !parts.stop.is_set(); batch = source.next())
      write_all(parts.sink, examine_batch(*examiner, volume, batch, parts));
    return;
  }
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, parts.threads);
  tbb::task_arena arena(static_cast<int>(parts.threads));
  tbb::enumerable_thread_specific<std::unique_ptr<Examiner>> examiners(parts.make_examiner);
  const auto plan = tbb::make_filter<void, Batch>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& flow) {
        const Batch batch = parts.stop.is_set() ? Batch{} : source.next();
        if (batch.empty()) flow.stop();
        return batch;
      });
  const auto examine =
      tbb::make_filter<Batch, std::vector<Outcome>>(tbb::filter_mode::parallel, [&](Batch batch) {
        return examine_batch(*examiners.local(), volume, batch, parts);
      });
  const auto sink = tbb::make_filter<std::vector<Outcome>, void>(
      tbb::filter_mode::serial_out_of_order,
      [&](const std::vector<Outcome>& outcomes) { write_all(parts.sink, outcomes); });
  // Twice as many tokens as threads, so that a thread has a next batch while another one writes.
  arena.execute(
      [&] { tbb::parallel_pipeline(std::size_t{parts.threads} * 2, plan & examine & sink); });
}

} // namespace coldsweep
