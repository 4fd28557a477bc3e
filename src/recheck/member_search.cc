// SPDX-License-Identifier: Apache-2.0
#include "recheck/member_search.h"

#include "content/containers.h"
#include "examine/externals.h"
#include "examine/member_log.h"

#include <fmt/format.h>

namespace coldsweep {

bool MemberSearch::find(ByteView archive, std::string_view name, const Nesting& nesting) {
  // A sweep opens no more than that, so it gave no member such a name.
  if (nesting.depth > budget_.limits.depth + budget_.limits.layers) return false;
  bool found = false;
  const auto look_at = [&](const ArchiveMember& member) {
    if (found || !name.starts_with(member.name)) return;
    const std::string_view rest = name.substr(member.name.size());
    const std::string from = unpacked_within(nesting.unpacked_from, member.container);
    if (rest.empty())
      found = is_it_(member.bytes, from);
    else if (rest.starts_with(kInside))
      found = find(member.bytes, rest.substr(kInside.size()), {nesting.depth + 1, from});
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
