// SPDX-License-Identifier: Apache-2.0
// Content -> which archive begins there. The content decides, never the name. Pure functions.
#pragma once

#include "base/types.h"

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

/// `ZIP`, `TAR`, `GZIP`, `EMAIL`, ...: what THOR calls it in `unpack_parent`. `content` is what has
/// that kind.
std::string_view archive_label(ArchiveKind kind, ByteView content);

/// Determined from the format's signature, or from the header of a message. Cheap.
ArchiveKind archive_kind(ByteView content);

} // namespace coldsweep
