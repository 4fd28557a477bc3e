// SPDX-License-Identifier: Apache-2.0
// Shows Progress on stderr from a thread of its own: a bar on a terminal, otherwise plain lines or
// JSON.
#pragma once

#include "model/options.h"
#include "sweep/progress.h"

#include <memory>

namespace coldsweep {

class ProgressDisplay {
public:
  ProgressDisplay(const Progress& progress, ProgressStyle style);
  ~ProgressDisplay(); ///< stops and clears the bar

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
