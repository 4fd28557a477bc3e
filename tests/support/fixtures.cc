// SPDX-License-Identifier: Apache-2.0
#include "support/fixtures.h"

#include "base/error.h"
#include "base/file.h"

#include "ntfs_writer/base64.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

namespace coldsweep::test {
namespace {

std::filesystem::path folder() {
  return std::filesystem::path(COLDSWEEP_SOURCE_DIR) / "tests/fixtures";
}

} // namespace

std::string fixture(const std::string& name) {
  const std::filesystem::path path = folder() / (name + ".b64");
  std::istringstream lines(read_text(path));
  std::string encoded;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#'))
      encoded += line;
  const std::optional<std::string> bytes = recipe::from_base64(encoded);
  if (!bytes)
    throw Error(path.string() + ": not base64");
  return *bytes;
}

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  if (!std::filesystem::exists(folder()))
    return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.path().extension() == ".b64")
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace coldsweep::test
