// SPDX-License-Identifier: Apache-2.0
// Evidence files -> one ByteSource over the media. Raw images, VHD and intact E01 chunks
// (ewf_chunks) are read with pread, without a lock. Damaged E01 chunks go to libewf, VMDK to
// libtsk, with a handle for each reading thread, because these libraries lock a handle during each
// read.
#pragma once

#include "base/stop.h"
#include "image/byte_source.h"
#include "image/known_gaps.h"

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
  /// From E01 headers: case_number, evidence_number, examiner, ...
  std::map<std::string, std::string> acquisition;
  std::map<std::string, std::string> stored_hashes; ///< `md5`, `sha1`, hex
  /// What could not be read when the media was acquired, by the image's own record or a map.
  std::vector<MediaRange> acquisition_errors;
  /// What is odd about the container, and what was believed.
  std::vector<std::string> problems;
  SourcePtr media;  ///< throws where `acquisition_errors` are
  SourcePtr stored; ///< has there what the image stores, mostly zeros; null: as `media`
};

/// The segments' paths, in order.
std::vector<std::filesystem::path> paths_of(const Image& image);

/// Opens an image, given all its segments in order or only the first. Throws UsageError for a path
/// that can't be an evidence file (missing, a folder, empty, a format that must be converted
/// first), FormatError for a damaged or incomplete image. The message names file, offset and what
/// was expected. Throws Stopped once `stop` is set (null: no such flag). `ddrescue_map`: for a raw
/// image, the map that ddrescue kept; empty: none.
Image open_image(const std::vector<std::filesystem::path>& segments, const StopFlag* stop = nullptr,
                 const std::filesystem::path& ddrescue_map = {});

/// The version of libewf in use.
std::string ewf_version();

} // namespace coldsweep
