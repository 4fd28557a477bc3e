// SPDX-License-Identifier: Apache-2.0
// The names that imaging tools give to the segments of one image: `.001`, `.aa`, `xaa`; `.E01` ...
// `.E99`, `.EAA`. Functions of the names, except for lookups in the folder.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// The suffix after this one; absent after the last.
std::optional<std::string> next_suffix(const std::string& suffix, bool digits);
/// What split(1) writes instead when it widens the suffix: `zaaa` after `yz`, `9000` after `89`.
std::optional<std::string> widened_suffix(const std::string& suffix, bool digits);

/// What a symbolic link to the first segment leads to, unless the set is beside the link. Else
/// `given`.
std::filesystem::path target_of_link(const std::filesystem::path& given, bool set_is_beside);

/// All segments of the raw image that begins with `first`, from its folder, or from that of the
/// file that `first` is a symbolic link to. Throws UsageError if `first` is not the first segment,
/// FormatError naming a missing segment. A file that begins like a disk is a first segment,
/// whatever its name.
std::vector<std::filesystem::path> raw_siblings(const std::filesystem::path& first);

/// Throws if the given segments have numbered names, but are not all those in the folder, in order.
void check_raw_order(const std::vector<std::filesystem::path>& segments);

/// The path of segment `number` (from 1) of the EWF set that begins with `first`. Absent if `first`
/// has no numbered extension (`.E01`, `.e01`, `.s01`) or the numbers end (`.ZZZ`).
std::optional<std::filesystem::path> ewf_segment_path(const std::filesystem::path& first,
                                                      u32 number);

} // namespace coldsweep
