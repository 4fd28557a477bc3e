// SPDX-License-Identifier: Apache-2.0
// Plan -> examine on N threads -> sink, as a oneTBB pipeline whose tokens are batches of streams.
#pragma once

#include "base/stop.h"
#include "examine/guarded_examiner.h"
#include "manifest/journal.h"
#include "sweep/progress.h"

namespace coldsweep {

struct PipelineParts {
  MakeExaminer make_examiner; ///< one for each thread, and another in place of one that threw
  OutcomeSink& sink;          ///< called by one thread at a time
  Progress& progress;
  const StopFlag& stop;
  u32 threads = 1;    ///< 0: a plain loop on the calling thread
  u64 memory = 1_GiB; ///< free memory is given back while the process holds more
};

/// Stored bytes of a stream: what reading and scanning it costs.
u64 stored_bytes(const StreamRef& stream);

/// Examines every stream of the volume, in the plan's order. A stream whose examination throws, or
/// whose outcome can't be kept, is lost: its outcome is that of lost_outcome(). After a stop, the
/// outcomes so far are written; streams under way have none. Throws CaseWriteError.
void run_pipeline(const SweptVolume& volume, const PipelineParts& parts);

} // namespace coldsweep
