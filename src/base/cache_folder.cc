// SPDX-License-Identifier: Apache-2.0
#include "base/cache_folder.h"

#include <cstdlib>

namespace coldsweep {
namespace fs = std::filesystem;

fs::path user_cache_folder() {
  const auto variable = [](const char* name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets variables
    const char* value = std::getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  if (const fs::path folder = variable("XDG_CACHE_HOME"); folder.is_absolute())
    return folder / "coldsweep";
  const fs::path home = variable("HOME");
  return home.is_absolute() ? home / ".cache" / "coldsweep" : fs::path();
}

} // namespace coldsweep
