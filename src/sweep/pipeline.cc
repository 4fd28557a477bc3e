// SPDX-License-Identifier: Apache-2.0
#include "sweep/pipeline.h"

#include "base/free_memory.h"
#include "base/guarded.h"
#include "filesystem/extents.h"
#include "manifest/outcome_limits.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
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
// With rules that match nearly everywhere, 128 streams have a hundred megabytes of findings.
constexpr u64 kMostHeld = 4_MiB;

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

/// A batch on its way, with the outcomes of its first streams: of all, unless it was stopped.
struct Parcel {
  Batch batch; ///< without the streams whose outcomes are written
  std::vector<Outcome> outcomes;
  u64 held = 0; ///< bytes of the outcomes, about
};

/// Made before the first stream, so that what was examined is never lost for lack of memory to hand
/// it on.
class Parcels {
public:
  explicit Parcels(std::size_t count) : parcels_(count) {
    for (Parcel& parcel : parcels_) parcel.outcomes.reserve(kBatchStreams);
    free_.with([&](std::vector<Parcel*>& free) {
      for (Parcel& parcel : parcels_) free.push_back(&parcel);
    });
  }

  Parcel* take(Batch batch) {
    Parcel* const parcel = free_.with([](std::vector<Parcel*>& free) {
      Parcel* const last = free.back();
      free.pop_back(); // which keeps the room for it
      return last;
    });
    parcel->batch = batch;
    return parcel;
  }
  void give_back(Parcel* parcel) {
    free_.with([&](std::vector<Parcel*>& free) { free.push_back(parcel); });
  }

private:
  std::deque<Parcel> parcels_;
  Guarded<std::vector<Parcel*>> free_;
};

/// Absent if it was stopped: what half of a stream gave is no outcome.
std::optional<Outcome> examined(Examiner& examiner, const SweptVolume& volume,
                                const StreamRef& stream, const StopFlag& stop) {
  try {
    return examiner.examine(volume, stream);
  } catch (const Stopped&) {
    if (!stop.is_set()) throw; // or the stream would be missing in silence
    return std::nullopt;
  }
}

/// The sink, for one thread at a time.
class SharedSink {
public:
  SharedSink(OutcomeSink& sink, const SweptVolume& volume) : sink_(sink), volume_(volume) {}

  /// Leaves the parcel with the streams that have no outcome yet.
  void write(Parcel& parcel) {
    {
      const std::scoped_lock lock(mutex_);
      for (std::size_t i = 0; i < parcel.outcomes.size(); ++i) write(parcel, i);
    }
    parcel.batch = parcel.batch.subspan(parcel.outcomes.size());
    parcel.outcomes.clear();
    parcel.held = 0;
  }

private:
  void write(const Parcel& parcel, std::size_t i) {
    try {
      sink_.write(parcel.outcomes[i]);
    } catch (...) { // with less to keep it may fit
      sink_.write(lost_outcome(volume_, parcel.batch[i], std::current_exception()));
    }
  }

  OutcomeSink& sink_;
  const SweptVolume& volume_;
  std::mutex mutex_;
};

void examine_batch(Examiner& examiner, const SweptVolume& volume, Parcel& parcel, SharedSink& sink,
                   const PipelineParts& parts) {
  Progress& progress = parts.progress;
  const Batch batch = parcel.batch;
  for (const StreamRef& stream : batch) {
    if (parts.stop.is_set()) break; // a batch of slow streams may take hours
    std::optional<Outcome> outcome = examined(examiner, volume, stream, parts.stop);
    if (!outcome) break;
    progress.streams_done += 1;
    progress.bytes_done += stored_bytes(stream);
    progress.findings += outcome->findings.size();
    progress.issues += outcome->issues.size();
    parcel.held += size_of(*outcome);
    parcel.outcomes.push_back(*std::move(outcome));
    if (parcel.held > kMostHeld) sink.write(parcel);
  }
  progress.filtered.with([&](FilterCounts& all) { all += examiner.take_filter_counts(); });
}

} // namespace

u64 stored_bytes(const StreamRef& stream) {
  return stream.id.kind == StreamKind::name ? 0 : placed_bytes(stream.extents);
}

void run_pipeline(const SweptVolume& volume, const PipelineParts& parts) {
  BatchSource source(volume.plan.streams());
  // Twice as many as threads, so that a thread has a next batch while another one writes.
  const std::size_t under_way = std::max<std::size_t>(1, std::size_t{parts.threads} * 2);
  Parcels parcels(under_way);
  const auto next = [&]() -> Parcel* {
    const Batch batch = parts.stop.is_set() ? Batch{} : source.next();
    return batch.empty() ? nullptr : parcels.take(batch);
  };
  FreeMemoryLimit free_memory(parts.memory);
  SharedSink outcomes(parts.sink, volume);
  const auto write = [&](Parcel* parcel) {
    outcomes.write(*parcel);
    parcels.give_back(parcel);
    free_memory.check();
  };
  if (parts.threads == 0) {
    GuardedExaminer examiner(&parts.make_examiner);
    while (Parcel* const parcel = next()) {
      examine_batch(examiner, volume, *parcel, outcomes, parts);
      write(parcel);
    }
    return;
  }
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, parts.threads);
  tbb::task_arena arena(static_cast<int>(parts.threads));
  tbb::enumerable_thread_specific<GuardedExaminer> examiners(&parts.make_examiner);
  const auto plan = tbb::make_filter<void, Parcel*>(tbb::filter_mode::serial_in_order,
                                                    [&](tbb::flow_control& flow) {
                                                      Parcel* const parcel = next();
                                                      if (parcel == nullptr) flow.stop();
                                                      return parcel;
                                                    });
  const auto examine =
      tbb::make_filter<Parcel*, Parcel*>(tbb::filter_mode::parallel, [&](Parcel* parcel) {
        examine_batch(examiners.local(), volume, *parcel, outcomes, parts);
        return parcel;
      });
  const auto sink = tbb::make_filter<Parcel*, void>(tbb::filter_mode::serial_out_of_order, write);
  arena.execute([&] { tbb::parallel_pipeline(under_way, plan & examine & sink); });
}

} // namespace coldsweep
