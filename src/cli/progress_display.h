// SPDX-License-Identifier: Apache-2.0
// Shows Progress on stderr from a thread of its own: a bar on a terminal, plain lines or JSON otherwise.
#pragma once

#include "model/options.h"
#include "sweep/progress.h"

#include <memory>
#include <string>

namespace coldsweep {

class ProgressDisplay {
public:
  ProgressDisplay(const Progress& progress, ProgressStyle style);
  ~ProgressDisplay(); ///< stops, and leaves the line clean

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One line of the plain style, without a line feed: `42.0% 1.2 GiB of 2.9 GiB, 310.0 MiB/s, 0:05 left, 3 findings`.
std::string progress_text(const Progress& progress, double seconds);

} // namespace coldsweep
