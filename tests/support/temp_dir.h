// SPDX-License-Identifier: Apache-2.0
// A folder for one test, removed with everything that the test left in it.
#pragma once

#include "base/error.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <stdlib.h>

namespace coldsweep::test {

class TempDir {
public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "coldsweep-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw Error("no temporary folder: " + name);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDir& operator=(TempDir&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

private:
  std::filesystem::path path_;
};

} // namespace coldsweep::test
