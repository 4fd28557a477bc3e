// SPDX-License-Identifier: Apache-2.0
#include "cli/new_output.h"

#include "base/error.h"
#include "base/file.h"

#include <system_error>

#include <fmt/format.h>

namespace coldsweep {

void require_new_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
    throw UsageError(fmt::format("{}: already exists, and is not overwritten", path.string()));
  const std::filesystem::path parent = path.parent_path();
  if (const std::string why = why_not_writable(parent.empty() ? "." : parent); !why.empty())
    throw UsageError(fmt::format("{}: can't be written: {}", path.string(), why));
}

} // namespace coldsweep
