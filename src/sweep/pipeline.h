// SPDX-License-Identifier: Apache-2.0
// Plan -> examine on N threads -> sink, as a oneTBB pipeline whose tokens are batches of streams.
#pragma once

#include "base/stop.h"
#include "examine/examiner.h"
#include "manifest/journal.h"
#include "sweep/progress.h"

#include <functional>
#include <memory>

namespace coldsweep {

struct PipelineParts {
  std::function<std::unique_ptr<Examiner>()> make_examiner; ///< one for each thread
  OutcomeSink& sink;                                        ///< called by one thread at a time
  Progress& progress;
  const StopFlag& stop;
  u32 threads = 1; ///< 0: a plain loop on the calling thread
};

/// Stored bytes of a stream: what reading and scanning it costs.
u64 stored_bytes(const StreamRef& stream);

/// Examines every stream of the volume, in the plan's order. After a stop, the streams under way
/// are finished and written.
void run_pipeline(const SweptVolume& volume, const PipelineParts& parts);

} // namespace coldsweep
