// SPDX-License-Identifier: Apache-2.0
#include "recheck/member_search.h"

#include "content/containers.h"
#include "examine/member_log.h"

#include <fmt/format.h>

namespace coldsweep {

bool MemberSearch::find(ByteView archive, std::string_view name, u32 depth) {
  // A sweep opens no more than that, so it gave no member such a name.
  if (depth > budget_.limits.depth + budget_.limits.layers) return false;
  bool found = false;
  const auto look_at = [&](const ArchiveMember& member) {
    if (found || !name.starts_with(member.name)) return;
    const std::string_view rest = name.substr(member.name.size());
    if (rest.empty())
      found = is_it_(member.bytes);
    else if (rest.starts_with(kInside))
      found = find(member.bytes, rest.substr(kInside.size()), depth + 1);
  };
  walk_containers(archive, budget_, look_at, [&](const ArchiveWalk& walk) {
    if (!walk.limit.empty() && !walk.ended_by_damage)
      limit_ = walk.limit;
    else if (walk.no_memory > 0)
      limit_ = fmt::format("there was no memory for {}", walk.first_without_memory);
  });
  return found;
}

} // namespace coldsweep
