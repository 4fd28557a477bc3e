// SPDX-License-Identifier: Apache-2.0
// A path on the command line -> an open evidence file and its size, or a UsageError that says why
// it can't be one. Any thread.
#pragma once

#include "base/file.h"

#include <cstddef>
#include <vector>

namespace coldsweep {

struct EvidenceFile {
  File file;
  u64 size = 0; ///< a block device has one, too

  const std::filesystem::path& path() const { return file.path(); }
  /// At most `length` bytes from `offset`: fewer where the file ends.
  std::vector<std::byte> bytes(u64 offset, std::size_t length) const;
};

/// Opens it read-only. Missing, a folder, empty, unreadable, a pipe or a character device:
/// UsageError.
EvidenceFile open_evidence_file(const std::filesystem::path& path);

} // namespace coldsweep
