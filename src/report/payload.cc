// SPDX-License-Identifier: Apache-2.0
#include "report/payload.h"

#include "base/file.h"

#include <algorithm>
#include <array>
#include <system_error>

namespace coldsweep::report {
namespace {

namespace fs = std::filesystem;

constexpr std::array kFiles{"manifest.jsonl", "manifest.sig", "manifest.tsr", "report.html",
                            "run.json"};

} // namespace

std::vector<fs::path> payload_of(const fs::path& case_folder) {
  std::vector<fs::path> paths;
  for (const char* name : kFiles)
    if (is_plain_file(case_folder / name)) paths.emplace_back(name);
  const fs::path evidence = case_folder / "evidence";
  std::error_code ignored;
  if (fs::is_directory(fs::symlink_status(evidence, ignored)))
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(evidence))
      if (is_plain_file(entry.path()))
        paths.push_back(entry.path().lexically_relative(case_folder));
  std::sort(paths.begin(), paths.end());
  return paths;
}

} // namespace coldsweep::report
