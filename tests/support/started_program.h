// SPDX-License-Identifier: Apache-2.0
// A program that runs beside the test, to send signals to. It is killed with this object. One
// thread.
#pragma once

#include "base/error.h"
#include "base/file.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coldsweep::test {

class StartedProgram {
public:
  using Clock = std::chrono::steady_clock;

  /// stdout goes to the descriptor `out`, or into a file that nobody reads.
  explicit StartedProgram(std::vector<std::string> words, int out = -1) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out < 0 ? out_.descriptor() : out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err_.descriptor(), STDERR_FILENO);
    const int error =
        ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw Error(words[0] + ": " + errno_text(error));
  }
  ~StartedProgram() {
    if (status_) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  StartedProgram(const StartedProgram&) = delete;
  StartedProgram& operator=(const StartedProgram&) = delete;

  pid_t id() const { return child_; }
  void send(int signal) const { ::kill(child_, signal); }

  /// Its exit status, 128 + the signal that ended it; absent if it still runs after the time.
  std::optional<int> end_within(std::chrono::milliseconds time) {
    const Clock::time_point begun = Clock::now();
    while (!status_) {
      int status = 0;
      if (::waitpid(child_, &status, WNOHANG) == child_)
        status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      else if (Clock::now() - begun > time)
        return std::nullopt;
      else
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return status_;
  }
  bool runs() { return !end_within(std::chrono::milliseconds(0)); }

  std::string err() const { return text_of(err_); }
  std::string out() const { return text_of(out_); }

private:
  static std::string text_of(const File& file) {
    std::string text(file.size(), '\0');
    file.read(0, std::as_writable_bytes(std::span(text)));
    return text;
  }

  File out_ = File::unnamed(std::filesystem::temp_directory_path());
  File err_ = File::unnamed(std::filesystem::temp_directory_path());
  pid_t child_ = 0;
  std::optional<int> status_;
};

} // namespace coldsweep::test
