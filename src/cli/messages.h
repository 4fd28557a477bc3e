// SPDX-License-Identifier: Apache-2.0
// Messages on stderr. A full disk or a closed pipe there must not end a sweep, so nothing here
// fails. Any thread.
#pragma once

#include <string_view>

namespace coldsweep {

/// Writes the text as it is.
void to_stderr(std::string_view text);
/// `coldsweep: TEXT`, and a line feed.
void tell(std::string_view text);

} // namespace coldsweep
