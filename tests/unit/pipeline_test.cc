// SPDX-License-Identifier: Apache-2.0
// The pipeline with stub examiners: it hands out every stream once and keeps every outcome,
// whatever examines the streams.
#include "support/catch.h"

#include "base/case_write_error.h"
#include "base/file.h"
#include "base/stop.h"
#include "filesystem/ntfs_volume.h"
#include "support/ntfs_image.h"
#include "support/sources.h"
#include "sweep/pipeline.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kFiles = 400; // several batches

SweptVolume volume_of_many_files() {
  NtfsImage image({.size = 16_MiB});
  for (u64 i = 0; i < kFiles; ++i) image.file(fmt::format("many/{}.txt", i), "content");
  const SourcePtr media = std::make_shared<MemorySource>(read_text(image.build()));
  return {.id = 3, .source = media, .plan = NtfsPlan::make(NtfsVolume::open(media), 3, {})};
}

struct VectorSink final : OutcomeSink {
  std::vector<Outcome> outcomes;
  void write(const Outcome& outcome) override { outcomes.push_back(outcome); }
};

/// Notes what it was given, and states one issue for each stream.
class StubExaminer final : public Examiner {
public:
  StubExaminer(std::atomic<u64>& examined, std::function<void(u64)> then,
               std::string message = "a stub")
      : examined_(examined), then_(std::move(then)), message_(std::move(message)) {}

  Outcome examine(const SweptVolume& volume, const StreamRef& stream) override {
    then_(++examined_);
    Outcome outcome;
    outcome.stream = stream.id;
    outcome.issues.push_back({.kind = IssueKind::crashed,
                              .volume = volume.id,
                              .record = stream.id.record,
                              .path = volume.plan.describe(stream).path,
                              .stream_name = std::nullopt,
                              .stage = "scan",
                              .message = message_,
                              .bytes = stream.size});
    return outcome;
  }

  FilterCounts take_filter_counts() override {
    FilterCounts counts;
    counts.decided.add(1);
    return counts;
  }

private:
  std::atomic<u64>& examined_;
  std::function<void(u64)> then_;
  std::string message_;
};

struct StubbedRun {
  VectorSink sink;
  Progress progress;
  StopFlag stop;
  std::atomic<u64> examined{0}, examiners{0};

  void run(const SweptVolume& volume, u32 threads, const std::function<void(u64)>& then) {
    run_pipeline(volume, {.make_examiner =
                              [&] {
                                ++examiners;
                                return std::make_unique<StubExaminer>(examined, then);
                              },
                          .sink = sink,
                          .progress = progress,
                          .stop = stop,
                          .threads = threads});
  }
};

} // namespace

TEST_CASE("the pipeline has each stream examined once and keeps its outcome, at any number of "
          "threads") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SweptVolume volume = volume_of_many_files();
  std::set<StreamId> planned;
  for (const StreamRef& stream : volume.plan.streams()) planned.insert(stream.id);
  REQUIRE(planned.size() >= kFiles);

  for (const u32 threads : {0U, 1U, 4U}) {
    CAPTURE(threads);
    StubbedRun run;
    run.run(volume, threads, [](u64) {});
    CHECK(run.examiners >= 1);
    CHECK(run.examiners <= std::max(threads, 1U));
    CHECK(run.sink.outcomes.size() == planned.size());
    std::set<StreamId> kept;
    for (const Outcome& outcome : run.sink.outcomes) kept.insert(outcome.stream);
    CHECK(kept == planned);
    CHECK(run.progress.streams_done == planned.size());
    CHECK(run.progress.issues == planned.size());
    CHECK(run.progress.filter_counts().decided.calls > 0);
  }
}

TEST_CASE("a pipeline that is stopped keeps the outcomes of the streams that were examined") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SweptVolume volume = volume_of_many_files();

  for (const u32 threads : {0U, 2U}) {
    CAPTURE(threads);
    StubbedRun run;
    run.run(volume, threads, [&](u64 examined) {
      if (examined == 10) run.stop.set();
    });
    CHECK(run.examined >= 10);
    CHECK(run.examined < kFiles);
    CHECK(run.sink.outcomes.size() == run.examined);
  }
}

TEST_CASE("a stream that was stopped half way has no outcome, and the others keep theirs") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SweptVolume volume = volume_of_many_files();

  for (const u32 threads : {0U, 2U}) {
    CAPTURE(threads);
    StubbedRun run;
    std::atomic<u64> stopped{0};
    run.run(volume, threads, [&](u64 examined) {
      if (examined >= 10) run.stop.set();
      if (!run.stop.is_set()) return;
      ++stopped;
      throw Stopped();
    });
    CHECK(run.examined < kFiles);
    CHECK(stopped >= 1);
    CHECK(run.sink.outcomes.size() == run.examined - stopped);

    StubbedRun never_asked;
    CHECK_THROWS_AS(never_asked.run(volume, threads, [](u64) { throw Stopped(); }), Stopped);
  }
}

TEST_CASE("a stream whose examination throws is lost, and its examiner replaced") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SweptVolume volume = volume_of_many_files();
  const std::size_t planned = volume.plan.streams().size();

  for (const u32 threads : {0U, 2U}) {
    CAPTURE(threads);
    StubbedRun run;
    run.run(volume, threads, [&](u64 examined) {
      if (examined % 7 == 0) throw std::runtime_error("thrown by a test");
    });
    REQUIRE(run.sink.outcomes.size() == planned);
    CHECK(run.examiners > planned / 7);
    const auto lost =
        std::count_if(run.sink.outcomes.begin(), run.sink.outcomes.end(),
                      [](const Outcome& o) { return o.issues.at(0).stage == "examine"; });
    CHECK(static_cast<std::size_t>(lost) == planned / 7);
    CHECK(run.progress.streams_done == planned);
  }
}

TEST_CASE("an outcome that can't be kept is replaced by one that says so") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SweptVolume volume = volume_of_many_files();
  struct FailingSink final : OutcomeSink {
    std::vector<Outcome> outcomes;
    bool for_good = false;
    void write(const Outcome& outcome) override {
      if (for_good) throw CaseWriteError("no space left for a test");
      if (outcome.issues.at(0).stage != "examine") throw std::bad_alloc();
      outcomes.push_back(outcome);
    }
  };
  std::atomic<u64> examined{0};
  Progress progress;
  const StopFlag stop;
  FailingSink sink;
  const PipelineParts parts{
      .make_examiner = [&] { return std::make_unique<StubExaminer>(examined, [](u64) {}); },
      .sink = sink,
      .progress = progress,
      .stop = stop,
      .threads = 2};
  run_pipeline(volume, parts);
  REQUIRE(sink.outcomes.size() == volume.plan.streams().size());
  for (const Outcome& outcome : sink.outcomes) {
    CHECK(outcome.issues.at(0).kind == IssueKind::over_limit);
    CHECK(outcome.bytes.balanced());
  }
  sink.for_good = true;
  CHECK_THROWS_AS(run_pipeline(volume, parts), CaseWriteError);
}

TEST_CASE("outcomes with much in them are written before their batch is done") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SweptVolume volume = volume_of_many_files();
  std::set<StreamId> planned;
  for (const StreamRef& stream : volume.plan.streams()) planned.insert(stream.id);
  struct CountingSink final : OutcomeSink {
    std::atomic<u64> written{0};
    std::set<StreamId> kept, lost;
    void write(const Outcome& outcome) override {
      const bool is_loss = outcome.issues.at(0).stage == "examine";
      if (!is_loss && outcome.stream.record % 5 == 0) throw std::bad_alloc();
      (is_loss ? lost : kept).insert(outcome.stream);
      ++written;
    }
  };
  for (const u32 threads : {0U, 1U, 3U}) {
    CAPTURE(threads);
    CountingSink sink;
    std::atomic<u64> examined{0}, most{0};
    Progress progress;
    const StopFlag stop;
    const auto look = [&](u64 number) {
      const u64 held = number - std::min<u64>(number, sink.written);
      for (u64 before = most; before < held && !most.compare_exchange_weak(before, held);) {
      }
    };
    run_pipeline(volume, {.make_examiner =
                              [&] {
                                return std::make_unique<StubExaminer>(examined, look,
                                                                      std::string(512_KiB, 'x'));
                              },
                          .sink = sink,
                          .progress = progress,
                          .stop = stop,
                          .threads = threads});
    // Of 3 MiB each: one that is examined, and at most one that waits for the next, for each batch
    // under way.
    CHECK(most <= 2 * std::max<u64>(1, 2 * threads));
    std::set<StreamId> all = sink.kept;
    for (const StreamId& stream : sink.lost) {
      CHECK(stream.record % 5 == 0);
      CHECK(all.insert(stream).second);
    }
    CHECK(all == planned);
    CHECK(sink.written == planned.size());
  }
}
