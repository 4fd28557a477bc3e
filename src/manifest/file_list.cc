// SPDX-License-Identifier: Apache-2.0
#include "manifest/file_list.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

#include <array>
#include <string>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::array kNames{"case.db",      "manifest.jsonl", "manifest.sig",
                            "manifest.tsr", "report.html",    "run.json"};
constexpr u64 kMostListBytes = 4096;

std::string line_of(const fs::path& case_folder, const char* name) {
  return fmt::format("{}  {}\n", sha256_of_file(case_folder / name), name);
}

} // namespace

void write_file_list(const fs::path& case_folder) {
  std::string list;
  for (const char* name : kNames)
    if (is_plain_file(case_folder / name)) list += line_of(case_folder, name);
  replace_file(case_folder / kFileList, bytes_of(list));
}

void check_file_list(const fs::path& case_folder) {
  if (!is_plain_file(case_folder / kFileList)) return;
  std::string left = read_text(case_folder / kFileList, kMostListBytes);
  const auto starts_with_name = [&](const char* name) {
    constexpr std::size_t kBeforeName = 66;
    return left.size() > kBeforeName &&
           left.substr(kBeforeName).starts_with(std::string(name) + "\n");
  };
  for (const char* name : kNames) {
    if (!starts_with_name(name)) continue;
    if (!is_plain_file(case_folder / name))
      throw FormatError(fmt::format("{}: missing, but {} lists it", name, kFileList));
    const std::string line = line_of(case_folder, name);
    if (!left.starts_with(line))
      throw FormatError(fmt::format("{}: its hash is not the one in {}", name, kFileList));
    left.erase(0, line.size());
  }
  if (!left.empty())
    throw FormatError(fmt::format("{}: not a list that coldsweep wrote", kFileList));
}

} // namespace coldsweep
