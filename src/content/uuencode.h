// SPDX-License-Identifier: Apache-2.0
// Files that are uuencoded within a text (POSIX.1, uuencode): from a line `begin 644 name` to a
// line `end`, or to the first line that is not encoded. Pure functions. Private to content/.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

struct UuFile {
  std::string name;
  std::string bytes;
  bool whole = false; ///< it has its last line
};

/// The next file in the text, from which everything up to its end is taken.
std::optional<UuFile> take_uu_file(std::string_view& text);

/// Whether the text has one.
bool has_uu_file(std::string_view text);

} // namespace coldsweep
