// SPDX-License-Identifier: Apache-2.0
#include "sweep/case_folder.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "sweep/build_case_record.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
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

} // namespace

void check_case_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(folder, error);
  if (status.type() == std::filesystem::file_type::not_found) return;
  if (status.type() != std::filesystem::file_type::directory)
    throw UsageError(fmt::format("{}: a folder for the case expected", folder.string()));
  if (!std::filesystem::is_empty(folder, error) || error)
    throw UsageError(fmt::format("{}: the case folder exists and is not empty", folder.string()));
}

void create_case_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(fmt::format("{}: can't be created: {}", folder.string(), error.message()));
}

RunRecord begin_run(const SweepOptions& options) {
  RunRecord run;
  run.begun = std::chrono::system_clock::now();
  run.command_line = command_line();
  run.threads = options.threads;
  run.memory = options.memory;
  return run;
}

void finish_run(const std::filesystem::path& folder, const RunRecord& run, bool interrupted) {
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
  File file = File::create(folder / "run.json");
  file.append(bytes_of(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
  file.sync();
}

} // namespace coldsweep
