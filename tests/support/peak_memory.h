// SPDX-License-Identifier: Apache-2.0
// What a run of the program took. Any thread.
#pragma once

#include "support/run_tool.h"
#include "support/this_build.h"

#include "base/types.h"

#include <string>
#include <vector>

namespace coldsweep::test {

struct MeasuredRun {
  int status = 0;
  u64 peak_bytes = 0; ///< the most memory that it held at once
  std::string err;
};

/// `coldsweep ARGUMENT...`. Needs python3.
inline MeasuredRun run_measured(const std::vector<std::string>& arguments) {
  // Measures the child of a small process: this process's own memory would count as the child's.
  const char* const kMeasure = "import os, subprocess, sys\n"
                               "child = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)\n"
                               "_, status, usage = os.wait4(child.pid, 0)\n"
                               "print(usage.ru_maxrss * 1024)\n"
                               "sys.exit(os.waitstatus_to_exitcode(status))";
  std::vector<std::string> all{"python3", "-c", kMeasure, kProgram};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const ToolResult run = run_tool(all);
  return {run.status, run.out.empty() ? 0 : std::stoull(run.out), run.err};
}

} // namespace coldsweep::test
