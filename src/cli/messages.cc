// SPDX-License-Identifier: Apache-2.0
#include "cli/messages.h"

#include <cstdio>

#include <fmt/format.h>

namespace coldsweep {

void to_stderr(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stderr) != text.size()) std::clearerr(stderr);
}

void tell(std::string_view text) { to_stderr(fmt::format("coldsweep: {}\n", text)); }

} // namespace coldsweep
