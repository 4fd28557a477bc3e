// SPDX-License-Identifier: Apache-2.0
// The bytes of one member after the other, as they are decompressed, within the budget of the
// stream. Used by one thread. Private to content/.
#pragma once

#include "content/archive_walk.h"
#include "content/growing_bytes.h"

namespace coldsweep {

/// Whether the next member can be reached without decompressing the rest of one that is too large.
enum class Skipping : bool { costly, cheap };

class MemberBytes {
public:
  /// Both outlive this object.
  MemberBytes(ArchiveBudget& budget, ArchiveWalk& walk, Skipping skipping)
      : budget_(budget), walk_(walk), skipping_(skipping) {}

  void begin(std::string name);
  /// Grows as bytes arrive: sizes in headers are not trusted. Returns false if the member is not to
  /// be looked at; the walk then says why.
  bool append(ByteView more);
  /// Hands out the member unless it was dropped, and frees it. `may_be_empty`: it is a file, and
  /// all of it was decompressed. Otherwise no bytes are no member.
  void finish(const UseMember& use, bool may_be_empty);
  /// Makes finish() not hand it out.
  void drop() { dropped_ = true; }

  const std::string& name() const { return name_; }
  u64 size() const { return bytes_.size(); }

private:
  ArchiveBudget& budget_;
  ArchiveWalk& walk_;
  Skipping skipping_;
  std::string name_;
  GrowingBytes bytes_; // one for all members: most are small
  bool dropped_ = false;
};

} // namespace coldsweep
