// SPDX-License-Identifier: Apache-2.0
#include "content/archive_walk.h"

#include "base/checked.h"

#include <utility>

#include <fmt/format.h>

namespace coldsweep {

void ArchiveWalk::note_damage(std::string what) {
  constexpr std::size_t kMost = 5;
  if (damage.size() < kMost)
    damage.push_back(std::move(what));
  else
    ++damage_left_out;
}

ArchiveBudget::ArchiveBudget(const ArchiveLimits& of, u64 stream_bytes, Deadline& until,
                             ByteBudget* of_members)
    : limits(of), members_left(of.members), deadline(&until), memory(of_members) {
  const u64 by_ratio =
      std::max(of.ratio_from, checked_multiply(stream_bytes, of.ratio).value_or(of.total_bytes));
  bytes_left = std::min(of.total_bytes, by_ratio);
}

bool ArchiveBudget::begin_member(ArchiveWalk& walk) {
  ++walk.members;
  if (members_left == 0) {
    walk.limit = fmt::format("more than {} members", limits.members);
    return false;
  }
  --members_left;
  return !out_of_time(walk);
}

bool ArchiveBudget::out_of_time(ArchiveWalk& walk) const {
  if (!deadline->passed()) return false;
  walk.limit = "the time for one stream was over";
  walk.timed_out = true;
  return true;
}

void ArchiveBudget::make_room(u64 bytes) {
  if (memory == nullptr || lease || held + bytes <= limits.unleased_bytes) return;
  const Deadline::Pause waiting(*deadline);
  lease = memory->lease(2 * limits.member_bytes);
}

void ArchiveBudget::leave_room() {
  if (held == 0) lease.reset();
}

void ArchiveBudget::hand_out(const ArchiveMember& member, const UseMember& use) {
  held += member.bytes.size();
  use(member);
  held -= member.bytes.size();
}

} // namespace coldsweep
