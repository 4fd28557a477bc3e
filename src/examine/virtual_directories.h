// SPDX-License-Identifier: Apache-2.0
// IIS's applicationHost.config -> virtual directories that point to a hidden folder. Only tags of
// the XML are read, in bounded time and memory. Pure functions, any thread.
#pragma once

#include "base/types.h"
#include "model/outcome.h"

#include <string>
#include <vector>

namespace coldsweep {

struct VirtualDirectory {
  std::string path, physical_path; ///< with entities resolved
  u64 offset = 0, length = 0;      ///< of the tag in the file
};

/// Bytes past this offset are not read.
inline constexpr u64 kMostIisConfiguration = 16_MiB;

/// All outside of comments. UTF-8 or UTF-16.
std::vector<VirtualDirectory> virtual_directories(ByteView config);

/// A finding (with cause, first reasons and matches) for each directory that points to ProgramData,
/// `All Users`, or a folder whose name Win32 hides.
std::vector<Finding> hidden_virtual_directories(ByteView config, int points);

/// Whether the stream is IIS's configuration, or a backup of it that IIS keeps.
bool is_iis_configuration(std::string_view path, std::string_view stream_name);

} // namespace coldsweep
