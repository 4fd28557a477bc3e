// SPDX-License-Identifier: Apache-2.0
// The map file that GNU ddrescue keeps beside an image: what it could read of the disk. Format:
// GNU ddrescue manual, "Mapfile structure".
#pragma once

#include "image/known_gaps.h"

#include <filesystem>

namespace coldsweep {

/// The ranges that are not marked as read (`+`), in the map's order. Throws UsageError naming the
/// line that is no part of such a file.
std::vector<MediaRange> read_ddrescue_map(const std::filesystem::path& map);

} // namespace coldsweep
