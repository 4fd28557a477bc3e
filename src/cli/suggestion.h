// SPDX-License-Identifier: Apache-2.0
// What a mistyped word was probably meant to be. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace coldsweep {

/// `; did you mean sweep?` if one of the known words is near enough, else nothing. Upper and lower
/// case count as the same. A transposition of neighbours is one mistake.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

} // namespace coldsweep
