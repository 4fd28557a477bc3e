// SPDX-License-Identifier: Apache-2.0
// A folder of rule files that a test writes. Any thread.
#pragma once

#include "support/program.h"
#include "support/temp_dir.h"

#include <filesystem>
#include <string>

namespace coldsweep::test {

struct RuleFolder {
  TempDir dir;

  /// `name` may lead into folders, which are created.
  std::filesystem::path put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((dir / name).parent_path());
    return write_text(dir / name, text);
  }
};

} // namespace coldsweep::test
