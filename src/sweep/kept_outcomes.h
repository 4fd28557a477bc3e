// SPDX-License-Identifier: Apache-2.0
// The journal as the sink of the pipeline. What it was given is committed within a second, even if
// no further outcome comes, and at once after a stop: the process may then end at any moment.
#pragma once

#include "base/stop.h"
#include "manifest/journal.h"

#include <condition_variable>
#include <future>
#include <mutex>

namespace coldsweep {

class KeptOutcomes final : public OutcomeSink {
public:
  /// Both must outlive this object. Until finish(), nobody else may use the journal.
  KeptOutcomes(Journal& journal, const StopFlag& stop);
  ~KeptOutcomes() override;
  KeptOutcomes(const KeptOutcomes&) = delete;
  KeptOutcomes& operator=(const KeptOutcomes&) = delete;

  void write(const Outcome& outcome) override;
  /// Commits what is left. Throws Error if that, or an earlier commit, failed. Call it once.
  void finish();

private:
  void commit_in_time();
  void end();

  Journal& journal_;
  const StopFlag& stop_;
  std::mutex mutex_;
  std::condition_variable ended_soon_;
  bool ended_ = false;
  std::future<void> committing_; // last: it uses the others
};

} // namespace coldsweep
