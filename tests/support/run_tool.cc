// SPDX-License-Identifier: Apache-2.0
#include "support/run_tool.h"

#include "base/error.h"
#include "base/file.h"
#include "base/types.h"

#include <cerrno>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coldsweep::test {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> find_tool(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return ::access(name.c_str(), X_OK) == 0 ? std::optional<fs::path>(name) : std::nullopt;
  const char* const variable = std::getenv("PATH");
  std::string folders = std::string(variable ? variable : "") + ":/usr/sbin:/sbin";
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const fs::path candidate = fs::path(folders.substr(0, end)) / name;
    if (end > 0 && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    folders.erase(0, end + 1);
  }
  return std::nullopt;
}

/// Files instead of pipes: a program can't block on a file that nobody reads.
struct Streams {
  File in = File::unnamed(fs::temp_directory_path());
  File out = File::unnamed(fs::temp_directory_path());
  File err = File::unnamed(fs::temp_directory_path());
};

std::string content_of(const File& file) {
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

} // namespace

bool have_tool(const std::string& name) { return find_tool(name).has_value(); }

ToolResult run_tool(const std::vector<std::string>& command, std::string_view input) {
  const std::optional<fs::path> program = find_tool(command.at(0));
  if (!program) return {127, {}, "no such program: " + command.at(0)};
  Streams streams;
  streams.in.write(0, bytes_of(input));

  std::vector<std::string> arguments = command;
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, streams.in.descriptor(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.out.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.err.descriptor(), STDERR_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, program->c_str(), &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return {127, {}, program->string() + ": " + errno_text(error)};

  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          content_of(streams.out), content_of(streams.err)};
}

std::string must_run(const std::vector<std::string>& command, std::string_view input) {
  ToolResult result = run_tool(command, input);
  if (result.status != 0)
    throw Error(fmt::format("{} ended with status {}: {}", fmt::join(command, " "), result.status,
                            result.err));
  return std::move(result.out);
}

} // namespace coldsweep::test
