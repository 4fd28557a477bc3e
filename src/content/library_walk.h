// SPDX-License-Identifier: Apache-2.0
// Archives that libarchive reads -> their members. Any thread. Private to content/.
#pragma once

#include "content/archive_kind.h"
#include "content/archive_walk.h"
#include "content/zip_directory.h"

namespace coldsweep {

/// 7z, cab, tar, rar, iso. Sets ArchiveWalk::end if the library read up to the archive's own end.
ArchiveWalk walk_by_library(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                            const UseMember& use);

/// One member of a zip file, compressed by a method that only the library knows.
ArchiveWalk walk_zip_member(const ZipEntry& entry, const std::string& name, ByteView data,
                            ArchiveBudget& budget, const UseMember& use);

} // namespace coldsweep
