// SPDX-License-Identifier: Apache-2.0
// The format is described in "Expert Witness Compression Format (EWF)", J. Metz.
#include "image/ewf_chunks.h"

#include "base/endian.h"
#include "base/error.h"

#include <algorithm>
#include <memory>
#include <new>
#include <optional>

#include <libdeflate.h>

namespace coldsweep {
namespace {

constexpr u64 kHeader = 24, kChecksum = 4, kEntry = 4;
constexpr u32 kCompressed = 1u << 31;

bool has_checksum_behind(const EvidenceFile& file, u64 offset, u64 size) {
  constexpr u64 kBlock = 64_KiB;
  u32 sum = 1;
  try {
    for (u64 done = 0; done < size; done += kBlock)
      sum = ewf_checksum(file.bytes(offset + done, std::min(kBlock, size - done)), sum);
    return little<u32>(file.bytes(offset + size, kChecksum), 0) == sum;
  } catch (const ReadError&) {
    return false; // its copy, table2, may be intact
  }
}

struct Stored {
  u64 offset = 0, length = 0; ///< in the segment
  bool compressed = false;
};

/// Where the chunk is stored; at most `most` bytes of it. The length follows from the next entry,
/// which the last chunk of a table doesn't have.
std::optional<Stored> locate(const EvidenceFile& file, const EwfTable& table, u64 chunk, u64 most) {
  const u64 number = chunk - table.first;
  const bool last = number + 1 == table.count;
  const std::vector<std::byte> entries =
      file.bytes(table.entries + number * kEntry, last ? kEntry : 2 * kEntry);
  const std::optional<u32> entry = little<u32>(entries, 0);
  const std::optional<u32> next = little<u32>(entries, kEntry);
  if (!entry || (!last && !next)) return std::nullopt;
  const std::optional<u64> offset = checked_add<u64>(table.base, *entry & ~kCompressed);
  if (!offset) return std::nullopt;
  const u64 length = last ? most : saturating_subtract(*next & ~kCompressed, *entry & ~kCompressed);
  return Stored{*offset, std::min(length, most), (*entry & kCompressed) != 0};
}

/// What each thread keeps between chunks.
struct Unpacker {
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const {
      libdeflate_free_decompressor(decompressor);
    }
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor{libdeflate_alloc_decompressor()};
  std::vector<std::byte> packed;

  Unpacker() {
    if (!decompressor) throw std::bad_alloc();
  }
  bool unpack(MutableBytes into) const {
    return libdeflate_zlib_decompress(decompressor.get(), packed.data(), packed.size(), into.data(),
                                      into.size(), nullptr) == LIBDEFLATE_SUCCESS;
  }
};

/// Incompressible data grows in zlib by 5 bytes per 16 KiB, plus 6 bytes (RFC 1950, 1951).
u64 largest_packed(u64 chunk_size) { return chunk_size + chunk_size / 1024 + 64; }

} // namespace

u32 ewf_checksum(ByteView bytes, u32 before) {
  return libdeflate_adler32(before, bytes.data(), bytes.size());
}

bool read_ewf_table(const EvidenceFile& file, u64 offset, u64 size, EwfTable& table) {
  const std::vector<std::byte> header = file.bytes(offset, kHeader);
  if (size < kHeader || header.size() < kHeader) return false;
  table.count = *little<u32>(header, 0);
  table.base = *little<u64>(header, 8);
  table.entries = offset + kHeader;
  const u64 entries = table.count * kEntry;
  return *little<u32>(header, 20) == ewf_checksum(ByteView(header).first(20)) &&
         size - kHeader >= entries + kChecksum && has_checksum_behind(file, table.entries, entries);
}

bool EwfChunks::read(u64 chunk, MutableBytes into) const {
  const auto next = std::ranges::upper_bound(set_.tables, chunk, {}, &EwfTable::first);
  if (next == set_.tables.begin() || into.empty()) return false;
  const EwfTable& table = *std::prev(next);
  if (chunk - table.first >= table.count) return false;
  const EvidenceFile& file = set_.files[table.segment];

  thread_local Unpacker unpacker;
  std::vector<std::byte>& packed = unpacker.packed;
  std::optional<Stored> stored;
  try {
    stored = locate(file, table, chunk, largest_packed(into.size()));
    if (!stored || stored->offset >= file.size) return false;
    packed.resize(std::min(stored->length, file.size - stored->offset));
    file.file.read(stored->offset, packed);
  } catch (const Error&) {
    return false; // libewf reads it again, and reports what can't be read
  }
  if (stored->compressed) return unpacker.unpack(into);
  const ByteView plain = ByteView(packed).first(std::min(packed.size(), into.size()));
  if (plain.size() < into.size() || little<u32>(packed, into.size()) != ewf_checksum(plain))
    return false;
  std::ranges::copy(plain, into.begin());
  return true;
}

} // namespace coldsweep
