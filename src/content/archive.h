// SPDX-License-Identifier: Apache-2.0
// An archive -> its members, one by one, read by libarchive. The content decides what is an
// archive, never the name. Any thread.
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
  compressed, ///< gzip, bzip2, xz, zstd: one member without a container
  mail,       ///< a message with MIME parts; see content/mail.h
};

/// Determined from the format's signature, or from the header of a message. Cheap.
ArchiveKind archive_kind(ByteView content);

/// Passes each file to `use`; folders and links have no content. Never throws because of what the
/// archive holds. Throws what the budget's deadline throws.
ArchiveWalk walk_archive(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                         const UseMember& use);

} // namespace coldsweep
