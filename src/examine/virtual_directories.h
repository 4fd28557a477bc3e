// SPDX-License-Identifier: Apache-2.0
// IIS's applicationHost.config -> virtual directories whose folder is where nobody looks. The XML is read by its tags
// alone, in bounded time and memory, whatever it holds. Pure functions, any thread.
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

/// What is behind this is not read.
inline constexpr u64 kMostIisConfiguration = 16_MiB;

/// Those that count: outside of comments. UTF-8 or UTF-16.
std::vector<VirtualDirectory> virtual_directories(ByteView config);

/// A finding (cause, first reasons and matches filled) for each that points to ProgramData, `All Users`, or a folder
/// whose name Win32 hides.
std::vector<Finding> hidden_virtual_directories(ByteView config, int points);

/// Whether a stream of that path and name is IIS's configuration, or an old one that IIS keeps.
bool is_iis_configuration(std::string_view path, std::string_view stream_name);

} // namespace coldsweep
