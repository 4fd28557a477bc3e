// SPDX-License-Identifier: Apache-2.0
// The media of a VMDK, read through libtsk (libvmdk), with a handle for each reading thread.
#pragma once

#include "image/byte_source.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace coldsweep {

struct TskImage {
  std::filesystem::path name;        ///< shown in messages
  std::string library_path;          ///< what libtsk opens
  std::shared_ptr<const void> files; ///< kept open while `library_path` is needed; may be null
  std::vector<Unstored> unstored{};  ///< long ranges of the media, in order
};

/// Throws FormatError if libtsk can't open it.
SourcePtr open_with_tsk(const TskImage& image, std::size_t most_handles);

} // namespace coldsweep
