// SPDX-License-Identifier: Apache-2.0
// A path from the command line -> an open evidence file and its size, or a UsageError with the
// reason why it can't be one. Any thread.
#pragma once

#include "base/file.h"

#include <cstddef>
#include <vector>

namespace coldsweep {

struct EvidenceFile {
  File file;
  u64 size = 0; ///< known for block devices, too

  const std::filesystem::path& path() const { return file.path(); }
  /// Up to `length` bytes from `offset`: fewer if the file ends.
  std::vector<std::byte> bytes(u64 offset, std::size_t length) const;
};

/// Opens the file read-only. Throws UsageError if it is missing, a folder, empty, unreadable, a
/// pipe, a socket or a character device.
EvidenceFile open_evidence_file(const std::filesystem::path& path);

} // namespace coldsweep
