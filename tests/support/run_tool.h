// SPDX-License-Identifier: Apache-2.0
// Runs a program with arguments, without a shell, and brings back what it wrote and how it ended.
// Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep::test {

struct ToolResult {
  int status = 0; ///< exit status; 128 + number when a signal ended it; 127 when it can't be run
  std::string out, err;
};

/// `command[0]` is looked up in PATH, /usr/sbin and /sbin.
ToolResult run_tool(const std::vector<std::string>& command, std::string_view input = {});

/// Same, but throws Error with the program's own words unless it ends with status 0. Returns its
/// stdout.
std::string must_run(const std::vector<std::string>& command, std::string_view input = {});

/// Whether there is such a program.
bool have_tool(const std::string& name);

} // namespace coldsweep::test
