// SPDX-License-Identifier: GPL-2.0-or-later
#include "format.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ntfs_writer {
namespace {

int run_quietly(std::vector<std::string> arguments) {
  const char* const path = std::getenv("PATH");
  ::setenv("PATH", (std::string(path ? path : "") + ":/usr/sbin:/sbin").c_str(), 1);
  std::vector<char*> pointers;
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw RecipeError(arguments[0] + " can't be run: " + std::strerror(error));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

} // namespace

void format_image(const std::string& image, const Json& step) {
  const std::uint64_t record = step.value("mft_record", std::uint64_t{1024});
  if (record != 1024 && record != 4096)
    throw RecipeError("mft_record is 1024 or 4096");
  std::ofstream(image, std::ios::trunc).close();
  std::filesystem::resize_file(image, parse_size(step.at("size")));
  // --zero-time also makes the serial number a constant; mkntfs takes the record size from the
  // sector size.
  std::vector<std::string> arguments{"mkntfs", "--force", "--quiet", "--quick", "--zero-time"};
  const auto add = [&](const char* option, const std::string& value) {
    arguments.insert(arguments.end(), {option, value});
  };
  add("--sector-size", record == 4096 ? "4096" : "512");
  add("--cluster-size", std::to_string(step.value("cluster", std::uint64_t{4096})));
  add("--label", step.value("label", std::string("coldsweep")));
  add("--partition-start", std::to_string(step.value("start_sector", std::uint64_t{0})));
  add("--heads", "255");
  add("--sectors-per-track", "63");
  arguments.push_back(image);
  if (run_quietly(arguments) != 0) {
    std::string shown;
    for (const std::string& argument : arguments)
      shown += argument + " ";
    throw RecipeError("this failed: " + shown);
  }
}

} // namespace ntfs_writer
