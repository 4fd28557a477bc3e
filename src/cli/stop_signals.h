// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM and SIGHUP while a sweep runs. The first one asks to stop. The process ends
// within a second of it, even if a library call does not return, and at once when a second one
// comes.
#pragma once

#include "base/stop.h"
#include "sweep/progress.h"

#include <filesystem>
#include <memory>

namespace coldsweep {

class StopSignals {
public:
  /// Begins to wait for signals, in a thread of its own. They stay blocked in the calling thread
  /// and in those it starts from now on, so call this before there are others. A signal that is
  /// ignored (nohup, a job in the background) stays ignored. Until `progress` says that the case
  /// has begun, nothing is kept and a signal ends the process at once. Both must outlive this
  /// object.
  StopSignals(const Progress& progress, const std::filesystem::path& case_folder);
  /// The signals stay blocked: the process is about to end with the status it has.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  const StopFlag& flag() const;
  /// 128 + the first signal.
  int status() const;
  /// From now on, `status` is the exit status whatever signal comes: the case is sealed, and what
  /// is left can be repeated.
  void case_is_sealed(int status);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
