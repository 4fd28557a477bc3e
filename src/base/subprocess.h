// SPDX-License-Identifier: Apache-2.0
// Runs a function in a forked child, so that a crash or a hang in a C library that parses evidence costs an answer and
// not the sweep. Call from one thread at a time; best before threads are started.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace coldsweep {

struct ChildAnswer {
  std::optional<std::string> output; ///< what the function returned
  std::string failure;               ///< why there is no output: exception text, signal, time limit
};

/// Calls `work` in a child process and brings its answer back. The child's address space is limited to
/// `memory_limit` bytes more than it starts with (0: no limit), and it is killed after `limit`.
ChildAnswer ask_child(const std::function<std::string()>& work, std::chrono::seconds limit,
                      unsigned long long memory_limit = 0);

} // namespace coldsweep
