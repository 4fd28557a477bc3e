// SPDX-License-Identifier: Apache-2.0
#include "base/subprocess.h"

#include "base/file.h"
#include "base/process_memory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coldsweep {
namespace {

constexpr char kAnswered = '+', kFailed = '-';
// An answer is a few KB. A child that sends much more is cut off.
constexpr std::size_t kMostOutput = 64 << 20;

void send(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(descriptor, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

void limit_memory(unsigned long long more) {
  const rlim_t limit = process_memory().mapped + more;
  const rlimit both{limit, limit};
  ::setrlimit(RLIMIT_AS, &both);
}

[[noreturn]] void run_child(const std::function<std::string()>& work, int descriptor,
                            unsigned long long memory_limit, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nobody would read the answer
  if (::getppid() != parent) ::_exit(0);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) std::signal(signal, SIG_DFL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (memory_limit != 0) limit_memory(memory_limit);
  // If a library crashes, our own message reports it. What the library prints is discarded.
  if (const int null = ::open("/dev/null", O_RDWR); null >= 0) {
    ::dup2(null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
  }
  try {
    send(descriptor, kAnswered + work());
  } catch (const std::exception& e) {
    send(descriptor, kFailed + std::string(e.what()));
  }
  ::_exit(0);
}

/// Reads until the child closes its end. False when time runs out, the child sends too much, or
/// `stop` is set.
bool receive(int descriptor, std::chrono::steady_clock::time_point deadline, const StopFlag* stop,
             std::string& into) {
  // The signal may come to another thread, or just before poll(): that doesn't end then.
  constexpr std::chrono::milliseconds kLook{100};
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || (stop != nullptr && stop->is_set())) return false;
    pollfd ready{descriptor, POLLIN, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(std::min(left, kLook).count()));
    if (count == 0 || (count < 0 && errno == EINTR)) continue;
    if (count < 0) return false;
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    into.append(buffer.data(), static_cast<std::size_t>(got));
    if (into.size() > kMostOutput) return false;
  }
}

} // namespace

ChildAnswer ask_child(const std::function<std::string()>& work, std::chrono::seconds limit,
                      unsigned long long memory_limit, const StopFlag* stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {{}, "no pipe: " + errno_text(errno)};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return {{}, "no child process: " + errno_text(errno)};
  }
  if (child == 0) {
    ::close(ends[0]);
    run_child(work, ends[1], memory_limit, parent);
  }
  ::close(ends[1]);

  std::string received;
  const bool in_time = receive(ends[0], deadline, stop, received);
  ::close(ends[0]);
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (stop != nullptr) stop->check();
  if (!in_time) return {{}, fmt::format("no answer within {} seconds", limit.count())};
  if (WIFSIGNALED(status))
    return {
        {},
        fmt::format("ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)))};
  if (received.empty())
    return {{}, fmt::format("ended without an answer, status {}", WEXITSTATUS(status))};
  if (received.front() == kFailed) return {{}, received.substr(1)};
  return {received.substr(1), {}};
}

} // namespace coldsweep
