// SPDX-License-Identifier: Apache-2.0
// Content as libarchive reads it: in small blocks, before each of which the deadline is looked at.
// To skip a member, or to look for the next one in a damaged archive, the library may read all of
// it within one call. Used by one thread. Private to content/.
#pragma once

#include "base/deadline.h"
#include "base/types.h"

#include <archive.h>

namespace coldsweep {

class ArchiveInput {
public:
  /// Both outlive this object.
  ArchiveInput(ByteView content, const Deadline& deadline)
      : content_(content), deadline_(deadline) {}
  ArchiveInput(const ArchiveInput&) = delete;
  ArchiveInput& operator=(const ArchiveInput&) = delete;

  /// Returns libarchive's status. `of` must not outlive this object.
  int open(archive* of);
  /// Whether the deadline ended a call of the library, which takes that for an error of reading.
  bool was_cut() const { return was_cut_; }

private:
  static la_ssize_t on_read(archive*, void* self, const void** block);
  static la_int64_t on_skip(archive*, void* self, la_int64_t length);
  static la_int64_t on_seek(archive*, void* self, la_int64_t offset, int whence);

  ByteView content_;
  const Deadline& deadline_;
  u64 at_ = 0;
  bool was_cut_ = false;
};

} // namespace coldsweep
