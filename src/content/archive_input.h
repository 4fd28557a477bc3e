// SPDX-License-Identifier: Apache-2.0
// Content as libarchive reads it: in small blocks, before each of which the deadline is looked at.
// To skip a member, or to look for the next one in a damaged archive, the library may read all of
// it within one call. Used by one thread. Private to content/.
#pragma once

#include "base/deadline.h"
#include "base/types.h"

#include <vector>

#include <archive.h>

namespace coldsweep {

class ArchiveInput {
public:
  /// Reads the pieces as if they were one. Their bytes, and the deadline, outlive this object.
  ArchiveInput(std::vector<ByteView> pieces, const Deadline& deadline);
  ArchiveInput(const ArchiveInput&) = delete;
  ArchiveInput& operator=(const ArchiveInput&) = delete;

  /// Returns libarchive's status. `of` must not outlive this object.
  int open(archive* of);
  /// Whether the deadline ended a call of the library, which takes that for an error of reading.
  bool was_cut() const { return was_cut_; }
  u64 size() const { return size_; }

private:
  static la_ssize_t on_read(archive*, void* self, const void** block);
  static la_int64_t on_skip(archive*, void* self, la_int64_t length);
  static la_int64_t on_seek(archive*, void* self, la_int64_t offset, int whence);

  std::vector<ByteView> pieces_;
  const Deadline& deadline_;
  u64 size_ = 0, at_ = 0;
  bool was_cut_ = false;
};

} // namespace coldsweep
