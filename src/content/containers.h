// SPDX-License-Identifier: Apache-2.0
// Content -> the members of all archives in it: the one that it begins with or carries, and those
// behind it. Any thread.
#pragma once

#include "content/archive_walk.h"

namespace coldsweep {

/// Whether walk_containers() would walk through anything. Looks at all of the content, as
/// find_carried() does.
bool holds_archive(ByteView content);

/// Passes each member to `use`, and how each walk went to `report`. The names in the first archive
/// are as it states them; those in a further one, at offset N, begin with `at-N!/`. Bytes that
/// belong to no archive or member are damage of the last walk.
void walk_containers(ByteView content, ArchiveBudget& budget, const UseMember& use,
                     const std::function<void(const ArchiveWalk&)>& report);

} // namespace coldsweep
