// SPDX-License-Identifier: Apache-2.0
// Evidence files -> one ByteSource over the media. Raw and split raw are read with pread; E01, VMDK and VHD through
// libtsk with a handle for each thread, since libtsk holds one lock around all reads of a handle.
#pragma once

#include "image/byte_source.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace coldsweep {

struct ImageSegment {
  std::filesystem::path path;
  u64 size = 0;
};

struct Image {
  std::string format; ///< `raw`, `split raw`, `ewf`, `vmdk`, `vhd`
  std::vector<ImageSegment> segments;
  std::map<std::string, std::string>
      acquisition; ///< from E01 headers: case_number, evidence_number, examiner, ...
  std::map<std::string, std::string> stored_hashes; ///< `md5`, `sha1`, hex
  SourcePtr media;
};

/// The segments' paths, in order.
std::vector<std::filesystem::path> paths_of(const Image& image);

/// Opens an image from its segments in order, or from its first one alone. Throws UsageError for a path that is no
/// evidence file at all (missing, a folder, empty, a format that has to be converted first), FormatError for one that
/// is broken or incomplete; the message names file, offset and what was expected.
Image open_image(const std::vector<std::filesystem::path>& segments);

/// Of the libewf that is in use.
std::string ewf_version();

} // namespace coldsweep
