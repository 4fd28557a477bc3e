// SPDX-License-Identifier: Apache-2.0
// An archive -> its members, one by one, by libarchive. The content decides what is an archive, never its name. Everything is
// bounded: hostile archives cost a fixed amount of memory and decompressed bytes. Any thread.
#pragma once

#include "base/types.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

enum class ArchiveKind : u8 {
  none,
  zip, ///< office documents and Java archives, too
  seven_zip,
  cab,
  tar,
  rar,
  iso,
  compressed, ///< gzip, bzip2, xz, zstd, lzma: one member without a container
  mail,       ///< a message with its parts; see content/mail.h
};

/// From the first bytes, or those where the format has its mark. Cheap.
ArchiveKind archive_kind(ByteView content);

/// Of one stream and all that is nested in it, together.
struct ArchiveLimits {
  u64 members = 200'000;
  u64 member_bytes = 256_MiB;
  u64 total_bytes = 4_GiB; ///< decompressed
  u64 ratio = 250;         ///< decompressed : stream; below `ratio_from` bytes any is taken
  u64 ratio_from = 64_MiB;
  u32 depth = 6; ///< of archives in archives; the outermost is 1
};

struct ArchiveWalk;

struct ArchiveMember {
  std::string name; ///< UTF-8, printable; `!` before `/` is escaped, since `!/` parts archives
  ByteView bytes;   ///< all of it; valid within the call
};

/// What is left of the limits; shared by the levels of one stream.
struct ArchiveBudget {
  ArchiveLimits limits;
  u64 bytes_left = 0, members_left = 0;
  u64 held = 0; ///< by members that are being looked at: one on each level
  std::chrono::steady_clock::time_point deadline;

  /// How large a member may be: so large that all levels together hold no more than two of the largest.
  u64 member_bytes() const { return std::min(limits.member_bytes, 2 * limits.member_bytes - held); }
  /// Counts a member; false where a limit ends the walk, which then says so.
  bool begin_member(ArchiveWalk& walk);
  bool out_of_time(ArchiveWalk& walk) const;
  /// Hands a member on, and counts it as held meanwhile.
  void hand_out(const ArchiveMember& member, const std::function<void(const ArchiveMember&)>& use);

  ArchiveBudget(const ArchiveLimits& of, u64 stream_bytes, std::chrono::seconds time);
};

/// How a walk went.
struct ArchiveWalk {
  u64 members = 0; ///< files, handed out or not
  u64 encrypted = 0;
  std::string first_encrypted;
  u64 too_large = 0; ///< members passed over
  std::string first_too_large;
  std::string limit;               ///< why it ended early; empty: it didn't
  bool timed_out = false;          ///< the limit is one of time
  std::vector<std::string> damage; ///< what libarchive complained of; a few
};

/// Hands out each file; folders and links have no content. Never throws for what the archive holds.
ArchiveWalk walk_archive(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                         const std::function<void(const ArchiveMember&)>& use);

} // namespace coldsweep
