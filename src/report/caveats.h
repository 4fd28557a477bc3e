// SPDX-License-Identifier: Apache-2.0
// What a reader must know before relying on a finding: reasons why its bytes, name or times may not
// be what they seem. Private to report/. Any thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace coldsweep::report {

inline constexpr const char* kStringsOnly = "strings_only";

/// Sentences without a full stop, from a finding's line in the manifest; the most important first.
std::vector<std::string> caveats_of(const nlohmann::ordered_json& line);

} // namespace coldsweep::report
