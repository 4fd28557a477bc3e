// SPDX-License-Identifier: Apache-2.0
#include "sweep/case_folder.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "sweep/build_case_record.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace coldsweep {
namespace {

std::string iso(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string command_line() {
  std::ifstream words("/proc/self/cmdline", std::ios::binary); // its reported size is 0
  std::string line{std::istreambuf_iterator<char>(words), std::istreambuf_iterator<char>()};
  while (!line.empty() && line.back() == '\0') line.pop_back();
  std::replace(line.begin(), line.end(), '\0', ' ');
  return printable(line);
}

std::filesystem::path without_end_slash(const std::filesystem::path& folder) {
  return std::filesystem::absolute(folder / "").parent_path();
}

} // namespace

void check_case_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  const bool exists = fs::exists(fs::symlink_status(folder, error));
  if (exists && !fs::is_directory(folder, error))
    throw UsageError(fmt::format("{}: a folder for the case expected", folder.string()));
  // Most likely a name is misspelled, or a disk isn't mounted.
  if (const fs::path parent = without_end_slash(folder).parent_path(); !fs::exists(parent, error))
    throw UsageError(fmt::format("{}: there is no folder {}", folder.string(), parent.string()));
  if (const std::string why = why_not_creatable(folder); !why.empty())
    throw UsageError(fmt::format("{}: the case can't be written there: {}", folder.string(), why));
  if (!exists || (fs::is_empty(folder, error) && !error)) return;
  const bool sealed = fs::exists(folder / "manifest.jsonl", error);
  const char* what = sealed ? "it holds a sealed case; name another folder with -o"
                     : fs::exists(folder / "case.db", error)
                         ? "it holds a sweep that was interrupted, and is not sealed; delete "
                           "the folder to begin again, or name another one with -o"
                         : "the case folder exists and is not empty";
  throw UsageError(fmt::format("{}: {}", folder.string(), what));
}

void create_case_folder(const std::filesystem::path& folder) {
  const std::filesystem::path whole = without_end_slash(folder);
  // Of the case itself, which holds evidence, nobody else need see anything.
  if (::mkdir(whole.c_str(), 0700) != 0 && errno != EEXIST)
    throw Error(fmt::format("{}: can't be created: {}", folder.string(), errno_text(errno)));
}

RunRecord begin_run(const SweepOptions& options) {
  RunRecord run;
  run.begun = std::chrono::system_clock::now();
  run.command_line = command_line();
  run.threads = options.threads;
  run.memory = options.memory;
  return run;
}

std::string finish_run(const std::filesystem::path& folder, const RunRecord& run,
                       bool interrupted) {
  const auto ended = std::chrono::system_clock::now();
  utsname system{};
  ::uname(&system);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  nlohmann::ordered_json json;
  json["begun"] = iso(run.begun);
  json["ended"] = iso(ended);
  json["seconds"] = std::chrono::duration<double>(ended - run.begun).count();
  json["phase_seconds"] = {
      {"plan", run.plan_seconds}, {"scan", run.scan_seconds}, {"seal", run.seal_seconds}};
  json["cpu_seconds"] = {{"user", seconds(usage.ru_utime)}, {"system", seconds(usage.ru_stime)}};
  json["peak_resident_bytes"] = static_cast<u64>(usage.ru_maxrss) * 1024;
  json["interrupted"] = interrupted;
  json["host"] = system.nodename;
  json["system"] = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
  json["threads"] = run.threads;
  json["memory"] = run.memory;
  const auto sum = [](const FilterCounts::Sum& of) {
    return nlohmann::json{{"streams", of.calls}, {"bytes", of.bytes}};
  };
  json["prefilter"] = {{"decided", sum(run.filtered.decided)},
                       {"repeated", sum(run.filtered.repeated)},
                       {"libyara", sum(run.filtered.scanned)}};
  json["tool"] = {{"version", tool_version()}, {"commit", tool_commit()}};
  json["command_line"] = run.command_line;
  const std::string text = json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  try {
    File file = File::create(folder / "run.json", kPrivateFile);
    file.append(bytes_of(text + "\n"));
    file.sync();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

} // namespace coldsweep
