// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signals.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace coldsweep {
namespace {

using Clock = std::chrono::steady_clock;

/// How long the sweep may take to stop by itself. Together with the end of the process that is less
/// than a second.
constexpr std::chrono::milliseconds kGrace{700};

class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {
    if (number_ < 0) throw Error("signals can't be waited for: " + errno_text(errno));
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

private:
  int number_;
};

/// Those that are not ignored.
sigset_t stopping_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_IGN)
      ::sigaddset(&signals, number);
  }
  return signals;
}

sigset_t blocked(sigset_t signals) {
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Without stdio, whose lock a thread may hold that waits for a reader of stderr; and not at all if
/// this would have to wait.
void say(const std::string& message) {
  pollfd ready{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
  const std::string line =
      fmt::format("{}coldsweep: {}\n", ::isatty(STDERR_FILENO) != 0 ? "\n" : "", message);
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return; // nobody is left to tell
}

} // namespace

struct StopSignals::State {
  State(const Progress& of, std::filesystem::path folder)
      : progress(of), case_folder(std::move(folder)), signals(blocked(stopping_signals())),
        arrived(::signalfd(-1, &signals, SFD_CLOEXEC)), ended(::eventfd(0, EFD_CLOEXEC)),
        thread([this] { watch(); }) {}
  ~State() {
    const u64 one = 1;
    if (::write(ended.number(), &one, sizeof one) == sizeof one) thread.join();
  }

  void watch() {
    const int first = next_signal(Clock::time_point::max());
    if (first == 0) return;
    signal = first;
    if (!progress.case_begun) end("stopped; nothing was written");
    flag.set();
    const Clock::time_point limit = Clock::now() + kGrace;
    if (next_signal(limit) != 0 || Clock::now() >= limit) end(what_is_kept());
  }

  /// The next signal. 0: time is over, or nobody waits for signals any more.
  int next_signal(Clock::time_point until) const {
    std::array<pollfd, 2> ready{{{arrived.number(), POLLIN, 0}, {ended.number(), POLLIN, 0}}};
    while (true) {
      int milliseconds = -1;
      if (until != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) return 0;
        milliseconds = static_cast<int>(left.count());
      }
      if (::poll(ready.data(), ready.size(), milliseconds) < 0 && errno != EINTR) return 0;
      if (ready[1].revents != 0) return 0;
      signalfd_siginfo what{};
      if ((ready[0].revents & POLLIN) != 0 &&
          ::read(arrived.number(), &what, sizeof what) == sizeof what)
        return static_cast<int>(what.ssi_signo);
    }
  }

  std::string what_is_kept() const {
    // The manifest gets its name when it is complete, a moment before anyone says so here.
    if (::access((case_folder / "manifest.jsonl").c_str(), F_OK) == 0)
      return fmt::format("stopped; the case in {} is sealed, but what comes after may be missing: "
                         "signature, report, files.sha256",
                         printable(case_folder.string()));
    return fmt::format("stopped; {} of {} streams are done, most of them are kept in {}, but it is "
                       "not sealed",
                       progress.streams_done.load(), progress.streams_planned.load(),
                       printable(case_folder.string()));
  }

  [[noreturn]] void end(const std::string& message) const {
    say(message);
    const int sealed = sealed_status;
    ::_exit(sealed >= 0 ? sealed : 128 + signal);
  }

  const Progress& progress;
  const std::filesystem::path case_folder;
  StopFlag flag;
  std::atomic<int> signal{0}, sealed_status{-1};
  const sigset_t signals;
  const Descriptor arrived, ended;
  std::thread thread; // last: it uses the others
};

StopSignals::StopSignals(const Progress& progress, const std::filesystem::path& case_folder)
    : state_(std::make_unique<State>(progress, case_folder)) {}
StopSignals::~StopSignals() = default;

const StopFlag& StopSignals::flag() const { return state_->flag; }
int StopSignals::status() const { return 128 + state_->signal; }
void StopSignals::case_is_sealed(int status) { state_->sealed_status = status; }

} // namespace coldsweep
