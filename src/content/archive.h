// SPDX-License-Identifier: Apache-2.0
// An archive -> its members, one by one, by libarchive. The content decides what is an archive, never its name. Everything is
// bounded: hostile archives cost a fixed amount of memory and decompressed bytes. Any thread.
#pragma once

#include "content/archive_walk.h"

namespace coldsweep {

enum class ArchiveKind : u8 {
  none,
  zip, ///< office documents and Java archives, too
  seven_zip,
  cab,
  tar,
  rar,
  iso,
  compressed, ///< gzip, bzip2, xz, zstd, lzma: one member without a container
  mail,       ///< a message with its parts; see content/mail.h
};

/// From the first bytes, or those where the format has its mark. Cheap.
ArchiveKind archive_kind(ByteView content);

/// Hands out each file; folders and links have no content. Never throws for what the archive holds.
ArchiveWalk walk_archive(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                         const UseMember& use);

} // namespace coldsweep
