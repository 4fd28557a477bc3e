// SPDX-License-Identifier: Apache-2.0
// A zip file -> its members: those of all central directories in it, and those that only a local
// header states. Any thread. Private to content/.
#pragma once

#include "content/archive_walk.h"

namespace coldsweep {

/// `content` may begin and end with other bytes. Members are handed out directory by directory, the
/// last one first, then those without an entry in a directory. Whatever has data is a member,
/// folder or not. What the headers say differently is looked at both ways, and is damage.
ArchiveWalk walk_zip(ByteView content, ArchiveBudget& budget, const UseMember& use);

} // namespace coldsweep
