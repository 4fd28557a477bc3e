// SPDX-License-Identifier: Apache-2.0
// An archive -> its members, one by one. Any thread.
#pragma once

#include "content/archive_kind.h"
#include "content/archive_walk.h"

namespace coldsweep {

/// Passes each file to `use`; folders and links without data are left out. Never throws because of
/// what the archive holds. Throws what the budget's deadline throws.
ArchiveWalk walk_archive(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                         const UseMember& use);

} // namespace coldsweep
