// SPDX-License-Identifier: Apache-2.0
// Runs a function in a forked child, so that a crash or a hang in a C library that parses evidence
// loses one answer, not the whole sweep. Call it from one thread at a time, if possible before
// other threads are started.
#pragma once

#include "base/stop.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace coldsweep {

struct ChildAnswer {
  std::optional<std::string> output; ///< what the function returned
  std::string failure;               ///< why there is no output: exception text, signal, time limit
};

/// Calls `work` in a child process and returns its answer. The child's address space may grow by at
/// most `memory_limit` bytes (0: no limit), and the child is killed after `limit`, or when the
/// calling thread ends. Once `stop` is set (null: no such flag), the child is killed and Stopped
/// thrown.
ChildAnswer ask_child(const std::function<std::string()>& work, std::chrono::seconds limit,
                      unsigned long long memory_limit = 0, const StopFlag* stop = nullptr);

} // namespace coldsweep
