// SPDX-License-Identifier: Apache-2.0
// The names that imaging tools give to the parts of one image: `.001`, `.aa`, `xaa`; `.E01` ...
// `.E99`, `.EAA`. Pure functions over names, but for the look-ups in the folder.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// The suffix after this one, as counted; absent after the last.
std::optional<std::string> next_suffix(const std::string& suffix, bool digits);
/// What split(1) writes instead where it makes room for more: after `yz` comes `zaaa`, after `89`
/// `9000`.
std::optional<std::string> widened_suffix(const std::string& suffix, bool digits);

/// All segments of the raw image that begins with `first`, from its folder. Throws UsageError when
/// `first` is not the first one, FormatError naming the one that is missing.
std::vector<std::filesystem::path> raw_siblings(const std::filesystem::path& first);

/// Throws when segments named one by one count, but not one after the other from the first to the
/// last in the folder.
void check_raw_order(const std::vector<std::filesystem::path>& segments);

/// The path of segment `number` (from 1) of the EWF set that begins with `first`; absent where the
/// name does not count (`.E01`, `.e01`, `.s01`) or the numbers end (`.ZZZ`).
std::optional<std::filesystem::path> ewf_segment_path(const std::filesystem::path& first,
                                                      u32 number);

} // namespace coldsweep
