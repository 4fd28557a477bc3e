// SPDX-License-Identifier: Apache-2.0
// What every walk through a container shares: its members, how it went, and the budget that bounds
// it. Hostile archives cost a fixed amount of memory, time and decompressed bytes. Any thread.
#pragma once

#include "base/types.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace coldsweep {

/// For one stream and everything nested in it, together.
struct ArchiveLimits {
  u64 members = 200'000;
  u64 member_bytes = 256_MiB;
  u64 total_bytes = 4_GiB; ///< decompressed
  /// Decompressed bytes for each byte of the stream. Any ratio is accepted up to
  /// `ratio_from` bytes.
  u64 ratio = 250;
  u64 ratio_from = 64_MiB;
  u32 depth = 6; ///< of archives in archives; the outermost is 1
};

struct ArchiveMember {
  /// Printable UTF-8. A `!` before `/` is escaped, since `!/` separates nested archives.
  std::string name;
  ByteView bytes; ///< all of it; valid within the call
};
using UseMember = std::function<void(const ArchiveMember&)>;

/// How a walk went.
struct ArchiveWalk {
  u64 members = 0; ///< files, handed out or not
  u64 encrypted = 0;
  std::string first_encrypted;
  u64 too_large = 0; ///< members that were skipped
  std::string first_too_large;
  std::string limit;               ///< why it ended early; empty if it didn't
  bool timed_out = false;          ///< the limit is the time
  std::vector<std::string> damage; ///< what the library reported, a few entries
};

/// What is left of the limits. All levels of one stream share it.
struct ArchiveBudget {
  ArchiveBudget(const ArchiveLimits& of, u64 stream_bytes, std::chrono::seconds time);

  ArchiveLimits limits;
  u64 bytes_left = 0, members_left = 0;
  u64 held = 0; ///< by members being examined, one on each level
  std::chrono::steady_clock::time_point deadline;

  /// The largest member allowed: all levels together hold no more than two of the largest.
  u64 member_bytes() const { return std::min(limits.member_bytes, 2 * limits.member_bytes - held); }
  /// Counts a member. Returns false if a limit ends the walk, and records that in `walk`.
  bool begin_member(ArchiveWalk& walk);
  bool out_of_time(ArchiveWalk& walk) const;
  /// Passes a member to `use` and counts it as held meanwhile.
  void hand_out(const ArchiveMember& member, const UseMember& use);
};

} // namespace coldsweep
