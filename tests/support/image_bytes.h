// SPDX-License-Identifier: Apache-2.0
// Reads and changes bytes of an image file in place, and opens an image that is one bare NTFS
// volume. Any thread.
#pragma once

#include "filesystem/ntfs_volume.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace coldsweep::test {

NtfsVolume open_bare(const std::filesystem::path& image);

/// Throws Error if the image can't be written.
void write_at(const std::filesystem::path& image, u64 offset, std::string_view bytes);
std::string read_at(const std::filesystem::path& image, u64 offset, u64 length);

} // namespace coldsweep::test
