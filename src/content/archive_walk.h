// SPDX-License-Identifier: Apache-2.0
// What every walk through a container shares: its members, how it went, and the budget that bounds
// it. Hostile archives cost a fixed amount of memory, time and decompressed bytes. Any thread.
#pragma once

#include "base/deadline.h"
#include "base/types.h"
#include "content/budget.h"

#include <algorithm>
#include <functional>
#include <optional>
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
  u32 depth = 6;   ///< of archives in archives; the outermost is 1
  u32 layers = 25; ///< of gzip and the like around one content, which are no levels
  /// Of members on all levels together, that a thread may hold without a lease.
  u64 unleased_bytes = 8_MiB;
};

struct ArchiveMember {
  /// Printable UTF-8. A `!` before `/` is escaped, since `!/` separates nested archives.
  std::string name;
  ByteView bytes; ///< all of it; valid within the call
  /// It is what a file compressed without a container holds, so not a level of its own.
  bool is_content = false;
  std::string_view container{}; ///< archive_label() of what it is in
};
using UseMember = std::function<void(const ArchiveMember&)>;

/// A range of a container's bytes.
struct ByteRange {
  u64 begin = 0, end = 0;
};

constexpr u64 kLeastUnaccounted = 4; ///< fewer bytes that belong to no member are padding

/// How a walk went.
struct ArchiveWalk {
  u64 members = 0; ///< files, handed out or not
  u64 encrypted = 0;
  std::string first_encrypted;
  bool list_encrypted = false; ///< the names as well: nothing is known about the members
  u64 too_large = 0;           ///< members that were skipped
  std::string first_too_large;
  u64 no_memory = 0; ///< members that were skipped though they are within the limit
  std::string first_without_memory;
  std::string limit;               ///< why it ended early; empty if it didn't
  bool ended_by_damage = false;    ///< that is why
  bool timed_out = false;          ///< the limit is the time
  std::vector<std::string> damage; ///< what is wrong with the container, a few entries
  u64 damage_left_out = 0;         ///< further ones
  /// Where the container ends in the content; what follows was not looked at. Absent: nothing does.
  std::optional<u64> end;
  std::vector<ByteRange> unaccounted; ///< bytes before that which belong to no member, a few ranges

  void note_damage(std::string what);
};

/// What is left of the limits. All levels of one stream share it.
struct ArchiveBudget {
  /// `until`: of the stream. `memory`: for large members, of which it has room for two; all threads
  /// share it. Null: no such bound. Both outlive this object.
  ArchiveBudget(const ArchiveLimits& of, u64 stream_bytes, Deadline& until,
                ByteBudget* memory = nullptr);

  ArchiveLimits limits;
  u64 bytes_left = 0, members_left = 0;
  u64 held = 0; ///< by members being examined, one on each level
  Deadline* deadline;
  ByteBudget* memory;
  std::optional<ByteBudget::Lease> lease{}; ///< of all of `memory`

  /// The largest member allowed: all levels together hold no more than two of the largest.
  u64 member_bytes() const { return std::min(limits.member_bytes, 2 * limits.member_bytes - held); }
  /// Counts a member. Returns false if a limit ends the walk, and records that in `walk`.
  bool begin_member(ArchiveWalk& walk);
  /// Throws Stopped, see Deadline.
  bool out_of_time(ArchiveWalk& walk) const;
  /// Before a member has `bytes`: waits, outside of the deadline, until no other thread has large
  /// members. A thread that holds the lease never waits for another one.
  void make_room(u64 bytes);
  /// Once the memory of a member is free again.
  void leave_room();
  /// Passes a member to `use` and counts it as held meanwhile.
  void hand_out(const ArchiveMember& member, const UseMember& use);
};

} // namespace coldsweep
