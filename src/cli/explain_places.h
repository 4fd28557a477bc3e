// SPDX-License-Identifier: Apache-2.0
// The places part of `coldsweep rules explain`: what gives a finding its score.
#pragma once

#include <filesystem>
#include <optional>

namespace coldsweep {

/// Prints the table of the file, or the built-in one, for people or as it is written. Throws
/// UsageError if the file is not such a table.
void explain_places(const std::optional<std::filesystem::path>& file, bool as_written);

} // namespace coldsweep
