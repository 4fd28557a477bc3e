// SPDX-License-Identifier: Apache-2.0
// "Virtual Disk Format 5.0", VMware technical note. Integers are little-endian, offsets are in
// sectors.
#include "image/vmdk_grains.h"

#include "base/endian.h"
#include "base/error.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512, kHeader = 512;
constexpr u64 kDirectoryAtEnd = ~u64{0};
// VMware writes grains of 128 sectors, and 512 entries a table. libvmdk holds a grain in memory.
constexpr u64 kMostGrainSectors = 32'768, kMostEntries = 65'536;
constexpr u64 kPiece = 65'536;
constexpr u32 kOtherDirectory = 2; // flag: the redundant grain directory is the one in use

[[noreturn]] void broken(const EvidenceFile& file, u64 offset, std::string_view what) {
  throw FormatError(fmt::format("{}: offset {}: {}", file.path().string(), offset, what));
}

struct SparseHeader {
  u64 at = 0;                                 ///< of the header or footer, in the file
  u64 capacity = 0, grain = 0, per_table = 0; ///< sectors, sectors, entries
  u64 directory = 0;                          ///< sector
  u64 tables = 0;
  u32 flags = 0;
  u64 table_sectors() const { return grain * per_table; }
};

SparseHeader read_header(const EvidenceFile& file) {
  std::vector<std::byte> bytes = file.bytes(0, kHeader);
  if (bytes.size() < kHeader)
    broken(file, 0, "a sparse extent header of 512 bytes was expected: truncated");
  SparseHeader header;
  // Stream-optimised: the location is in the footer before the end marker.
  if (little<u64>(bytes, 56) == kDirectoryAtEnd) {
    header.at = saturating_subtract(file.size, 1024);
    bytes = file.bytes(header.at, kHeader);
    if (!chars_of(bytes).starts_with("KDMV"))
      broken(file, header.at,
             "the footer of a stream-optimised extent (`KDMV`) was expected: truncated");
  }
  header.flags = *little<u32>(bytes, 8);
  header.capacity = *little<u64>(bytes, 12);
  header.grain = *little<u64>(bytes, 20);
  header.per_table = *little<u32>(bytes, 44);
  header.directory = *little<u64>(bytes, 56);
  if (!std::has_single_bit(header.grain) || header.grain > kMostGrainSectors ||
      header.per_table == 0 || header.per_table > kMostEntries)
    broken(file, header.at + 20,
           fmt::format("grains of {} sectors, {} a table", header.grain, header.per_table));
  header.tables = header.capacity / header.table_sectors() +
                  (header.capacity % header.table_sectors() != 0 ? 1 : 0);
  const std::optional<u64> offset = checked_multiply(header.directory, kSector),
                           length = checked_multiply(header.tables, u64{4});
  if (!offset || !length || !fits(*offset, *length, file.size))
    broken(file, header.at + 56,
           fmt::format(
               "a grain directory of {} entries at sector {}, but the file has {} bytes: truncated",
               header.tables, header.directory, file.size));
  return header;
}

/// Calls `use(entry, offset)` for `count` entries of 4 bytes from `offset` of the file.
template <typename Use>
void for_each_entry(const EvidenceFile& file, u64 offset, u64 count, const Use& use) {
  for (u64 done = 0; done < count * 4;) {
    const std::vector<std::byte> part =
        file.bytes(offset + done, std::min<u64>(count * 4 - done, kPiece));
    for (u64 i = 0; i + 4 <= part.size(); i += 4) use(*little<u32>(part, i), offset + done + i);
    done += part.size();
  }
}

} // namespace

void check_sparse_extent(const EvidenceFile& file) {
  const SparseHeader header = read_header(file);
  for_each_entry(file, header.directory * kSector, header.tables, [&](u32 table, u64 at) {
    if (table != 0 && !fits(table * kSector, header.per_table * 4, file.size))
      broken(file, at,
             fmt::format("a grain table at offset {}, but the file has {} bytes: truncated",
                         table * kSector, file.size));
  });
}

void add_unstored(const EvidenceFile& file, u64 media_offset, u64 length, UnstoredRanges& ranges) {
  const SparseHeader header = read_header(file);
  const u64 held = std::min(checked_multiply(header.capacity, kSector).value_or(length), length);
  u64 at = 0, read = 0; // bytes of the extent, of its tables
  const auto add_zeros = [&](u64 sectors, bool stored) {
    const u64 bytes = std::min(sectors * kSector, held - at);
    if (!stored) ranges.add(media_offset + at, bytes, true);
    at += bytes;
  };
  const bool known = (header.flags & kOtherDirectory) == 0;
  if (known)
    for_each_entry(file, header.directory * kSector, header.tables, [&](u32 table, u64 offset) {
      if (table == 0) return add_zeros(header.table_sectors(), false);
      read += header.per_table * 4;
      if (read / 2 > file.size)
        broken(file, offset, "the grain tables are together larger than the file: they overlap");
      for_each_entry(file, table * kSector, header.per_table,
                     [&](u32 grain, u64) { add_zeros(header.grain, grain != 0); });
    });
  ranges.add(media_offset + held, length - held, false);
}

} // namespace coldsweep
