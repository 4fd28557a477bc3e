// SPDX-License-Identifier: Apache-2.0
// The program as users run it. Any thread.
#pragma once

#include "support/run_tool.h"
#include "support/this_build.h"

#include "base/file.h"

#include <filesystem>
#include <string>
#include <vector>

namespace coldsweep::test {

/// `coldsweep ARGUMENT...`
inline ToolResult run_program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), kProgram);
  return run_tool(arguments);
}

/// `coldsweep sweep IMAGE -o CASE --progress none ARGUMENT...`
inline ToolResult sweep_program(const std::filesystem::path& image,
                                const std::filesystem::path& case_folder,
                                const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> all{"sweep",      image.string(), "-o", case_folder.string(),
                               "--progress", "none"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(all);
}

inline std::filesystem::path write_text(const std::filesystem::path& path,
                                        const std::string& text) {
  std::filesystem::remove(path);
  File::create(path).write(0, bytes_of(text));
  return path;
}

} // namespace coldsweep::test
