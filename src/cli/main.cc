// SPDX-License-Identifier: Apache-2.0
// Words in, exit status out. Handles signals, and is the last catch site.
#include "base/error.h"
#include "base/out_of_memory.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/commands.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <unistd.h>

namespace {

coldsweep::StopFlag stop_requested;
std::atomic<int> stop_signal{0};

/// The first signal asks to stop; a second one ends at once. The journal is consistent at any
/// moment.
extern "C" void on_signal(int signal) {
  if (stop_requested.set()) ::_exit(128 + signal);
  stop_signal = signal;
}

template <typename... Visitors> struct Overloaded : Visitors... { using Visitors::operator()...; };
template <typename... Visitors> Overloaded(Visitors...) -> Overloaded<Visitors...>;

int run(const std::vector<std::string>& words) {
  using namespace coldsweep;
  return std::visit(
      Overloaded{
          [](const PrintArguments& a) {
            fmt::print("{}", a.text);
            return 0;
          },
          [](const SweepArguments& a) { return run_sweep(a, stop_requested, stop_signal); },
          [](const InfoArguments& a) { return run_info(a); },
          [](const VerifyArguments& a) { return run_verify(a); },
          [](const ReportArguments& a) { return run_report(a); },
          [](const ExportArguments& a) { return run_export(a); },
          [](const TimestampArguments& a) { return run_timestamp(a); },
          [](const RulesArguments& a) { return run_rules(a); },
      },
      parse_arguments(words));
}

int failed(const char* message, int status) {
  // Messages contain names from the evidence, but their line feeds are always ours.
  std::string_view left = message;
  for (const char* prefix = "coldsweep: "; !left.empty(); prefix = "  ") {
    const std::size_t end = std::min(left.find('\n'), left.size());
    fmt::print(stderr, "{}{}\n", prefix, coldsweep::printable(left.substr(0, end)));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return status;
}

} // namespace

int main(int argc, char** argv) {
  coldsweep::end_with_message_on_terminate(4);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int status = run({argv + 1, argv + argc});
    if (std::fflush(stdout) != 0) return failed("can't write to stdout", 4);
    return status;
  } catch (const coldsweep::UsageError& e) {
    return failed(e.what(), 2);
  } catch (const coldsweep::RuleError& e) {
    return failed(e.what(), 2);
  } catch (const std::exception& e) {
    return failed(e.what(), 4);
  }
}
