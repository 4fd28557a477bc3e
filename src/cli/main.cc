// SPDX-License-Identifier: Apache-2.0
// Words in, exit status out. The last catch site.
#include "base/error.h"
#include "base/out_of_memory.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "manifest/line_reader.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace {

template <typename... Visitors> struct Overloaded : Visitors... { using Visitors::operator()...; };
template <typename... Visitors> Overloaded(Visitors...) -> Overloaded<Visitors...>;

/// The status, once all of stdout is written.
int written(int status) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw coldsweep::Error("can't write to stdout");
  return status;
}

int run(const std::vector<std::string>& words) {
  using namespace coldsweep;
  return std::visit(Overloaded{
                        [](const PrintArguments& a) {
                          fmt::print("{}", a.text);
                          return written(0);
                        },
                        [](const SweepArguments& a) { return run_sweep(a); },
                        [](const InfoArguments& a) { return written(run_info(a)); },
                        [](const VerifyArguments& a) { return written(run_verify(a)); },
                        [](const ReportArguments& a) { return written(run_report(a)); },
                        [](const ExportArguments& a) { return written(run_export(a)); },
                        [](const TimestampArguments& a) { return written(run_timestamp(a)); },
                        [](const RulesArguments& a) { return written(run_rules(a)); },
                    },
                    parse_arguments(words));
}

int failed(const char* message, int status) {
  // Messages contain names from the evidence, but their line feeds are always ours.
  std::string_view left = message;
  for (const char* prefix = "coldsweep: "; !left.empty(); prefix = "  ") {
    const std::size_t end = std::min(left.find('\n'), left.size());
    coldsweep::to_stderr(prefix + coldsweep::printable(left.substr(0, end)) + "\n");
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return status;
}

/// If 0, 1 or 2 is closed, the next file opened would get its number, and messages would be written
/// into it.
void open_standard_descriptors() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number)
    if (::fcntl(number, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) ::_exit(4);
}

} // namespace

int main(int argc, char** argv) {
  open_standard_descriptors();
  coldsweep::end_with_message_on_terminate(4);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run({argv + 1, argv + argc});
  } catch (const coldsweep::UsageError& e) {
    return failed(e.what(), 2);
  } catch (const coldsweep::RuleError& e) {
    return failed(e.what(), 2);
  } catch (const coldsweep::Problem& e) { // a case that is not what a sweep seals
    return failed(e.what(), 3);
  } catch (const std::exception& e) {
    return failed(e.what(), 4);
  }
}
