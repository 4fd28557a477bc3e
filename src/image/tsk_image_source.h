// SPDX-License-Identifier: Apache-2.0
// The media of a VMDK or VHD, read through libtsk (libvmdk, libvhdi) with a handle for each reading
// thread.
#pragma once

#include "image/byte_source.h"
#include "image/container.h"

#include <filesystem>
#include <memory>
#include <string>

namespace coldsweep {

struct TskImage {
  std::filesystem::path name;        ///< in messages
  std::string library_path;          ///< what libtsk opens
  Container container;               ///< as which it is opened, and as no other
  std::shared_ptr<const void> files; ///< kept as long as `library_path` is needed; may be null
};

/// Throws FormatError when libtsk can't open it.
SourcePtr open_with_tsk(const TskImage& image, std::size_t most_handles);

} // namespace coldsweep
