// SPDX-License-Identifier: Apache-2.0
// Runs a program with arguments, without a shell, and returns its output and how it ended. Any
// thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep::test {

struct ToolResult {
  int status = 0; ///< exit status; 128 + signal number if a signal ended it; 127 if it can't run
  std::string out, err;
};

/// `command[0]` is looked up in PATH, /usr/sbin and /sbin.
ToolResult run_tool(const std::vector<std::string>& command, std::string_view input = {});

/// Same, but throws Error with the program's own message unless it exits with 0. Returns its
/// stdout.
std::string must_run(const std::vector<std::string>& command, std::string_view input = {});

/// Whether this program is installed.
bool have_tool(const std::string& name);

} // namespace coldsweep::test
