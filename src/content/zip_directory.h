// SPDX-License-Identifier: Apache-2.0
// The headers of a zip file (PKWARE, APPNOTE 6.3.10): end records, central directory, local
// headers. Everything is bounded by the content; nothing is decompressed. Pure functions. Private
// to content/.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// A file as a central directory entry or a local header states it.
struct ZipEntry {
  u64 local = 0; ///< offset of its local header
  u64 name_at = 0, extra_at = 0;
  u16 name_length = 0, extra_length = 0;
  u16 flags = 0, method = 0;
  u32 crc = 0;
  u64 stored = 0, size = 0; ///< compressed and not
  u64 data = 0;             ///< offset of its data; known from the local header only

  bool encrypted() const { return (flags & 1) != 0 || method == 99; }
  /// Sizes and CRC follow the data (general purpose bit 3).
  bool described_later() const { return (flags & 8) != 0; }
  std::string name(ByteView content) const;
};

/// An end of central directory record, with the one of zip64 that precedes it.
struct ZipEnd {
  u64 at = 0, length = 0; ///< of the record, without its comment
  u64 comment = 0;        ///< bytes
  u64 records = 0;        ///< where the end records begin; `at` without zip64
  u64 directory = 0;      ///< where the central directory begins
  u64 base = 0;           ///< what offsets count from; modulo 2^64
  u64 entries = 0;        ///< as stated
};

/// The record at `at`. Absent if no valid one is there, or no directory that it refers to.
std::optional<ZipEnd> zip_end(ByteView content, u64 at);

/// Entry of a central directory at `at`, which is moved past it; absent if there is none.
std::optional<ZipEntry> take_central_entry(ByteView content, u64 base, u64& at);

/// The local header at `at`. Absent if none that could be valid is there.
std::optional<ZipEntry> local_entry(ByteView content, u64 at);

/// The data descriptor at `at` that a file with this CRC and these sizes has (4.3.9): its length; 0
/// if it is not there.
u64 descriptor_length(ByteView content, u64 at, u32 crc, u64 stored);

constexpr std::string_view kZipLocal("PK\3\4", 4), kZipCentral("PK\1\2", 4), kZipEnd("PK\5\6", 4),
    kZipDescriptor("PK\7\x08", 4);

} // namespace coldsweep
