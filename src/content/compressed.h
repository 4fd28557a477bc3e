// SPDX-License-Identifier: Apache-2.0
// A file compressed without a container (gzip, bzip2, xz, zstd) -> its content, one member. Any
// thread. Private to content/.
#pragma once

#include "content/archive_walk.h"

namespace coldsweep {

bool is_compressed(ByteView content);

/// All streams of one format that follow each other give one member, as for the format's own tool.
/// What comes before a cut, damage or a wrong checksum is handed out, and the walk says where it
/// broke.
ArchiveWalk walk_compressed(ByteView content, ArchiveBudget& budget, const UseMember& use);

} // namespace coldsweep
