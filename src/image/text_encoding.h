// SPDX-License-Identifier: Apache-2.0
// Text in an encoding that evidence names -> UTF-8, through iconv. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

/// Absent if the system doesn't know the encoding, or the text is not in it. The result may be up
/// to four times as long as the text.
std::optional<std::string> utf8_of(std::string_view text, std::string_view encoding);

} // namespace coldsweep
