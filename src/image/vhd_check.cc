// SPDX-License-Identifier: Apache-2.0
// "Virtual Hard Disk Image Format Specification", Microsoft, 2006. All integers are big-endian.
#include "image/vhd_check.h"

#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "image/unstored_ranges.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kFooter = 512, kHeader = 1024;
constexpr u32 kFixed = 2, kDynamic = 3, kDifferencing = 4;

[[noreturn]] void broken(const EvidenceFile& file, u64 offset, std::string_view what) {
  throw FormatError(fmt::format("{}: offset {}: {}", file.path().string(), offset, what));
}

/// The one's complement of the sum of all bytes except the checksum itself.
u32 checksum(ByteView bytes, u64 field) {
  u32 sum = 0;
  for (u64 i = 0; i < bytes.size(); ++i)
    if (i < field || i >= field + 4) sum += std::to_integer<u32>(bytes[i]);
  return ~sum;
}

void check_checksum(const EvidenceFile& file, u64 offset, ByteView bytes, u64 field,
                    std::string_view what) {
  if (big<u32>(bytes, field) != checksum(bytes, field))
    broken(file, offset, fmt::format("the checksum of the {} is wrong", what));
}

/// UTF-16, big-endian, up to the first zero.
std::string parent_name(ByteView header) {
  std::vector<std::byte> little_endian;
  for (u64 i = 64; i + 1 < 64 + 512; i += 2) {
    if (header[i] == std::byte{0} && header[i + 1] == std::byte{0}) break;
    little_endian.push_back(header[i + 1]);
    little_endian.push_back(header[i]);
  }
  return printable(decode_utf16_name(little_endian).utf8);
}

std::vector<std::byte> read_header(const EvidenceFile& file, ByteView footer) {
  const u64 offset = *big<u64>(footer, 16);
  if (!fits(offset, kHeader, file.size))
    broken(file, offset,
           fmt::format("the dynamic disk header was expected, the file has {} bytes: truncated",
                       file.size));
  std::vector<std::byte> header = file.bytes(offset, kHeader);
  if (!chars_of(header).starts_with("cxsparse"))
    broken(file, offset, "a dynamic disk header (`cxsparse`) was expected");
  check_checksum(file, offset, header, 36, "dynamic disk header");
  return header;
}

std::vector<Unstored> check_dynamic(const EvidenceFile& file, ByteView footer) {
  const std::vector<std::byte> header = read_header(file, footer);
  const u64 table = *big<u64>(header, 16);
  const u64 entries = *big<u32>(header, 28), block = *big<u32>(header, 32);
  if (block < 512 || (block & (block - 1)) != 0)
    broken(file, *big<u64>(footer, 16) + 32,
           fmt::format("a block size of {} bytes: a power of two was expected", block));
  if (!fits(table, entries * 4, file.size))
    broken(file, table,
           fmt::format("a block table of {} entries was expected, the file has {} bytes: truncated",
                       entries, file.size));
  const u64 media = *big<u64>(footer, 48);
  const u64 needed = media / block + (media % block != 0 ? 1 : 0);
  if (entries < needed)
    broken(file, table,
           fmt::format("the block table has {} entries, the media needs {}", entries, needed));
  constexpr u32 kNone = 0xFFFFFFFF;
  constexpr u64 kEntriesAtOnce = 16'384;
  UnstoredRanges unstored;
  for (u64 first = 0; first < needed; first += kEntriesAtOnce) {
    const u64 count = std::min(kEntriesAtOnce, needed - first);
    const std::vector<std::byte> part = file.bytes(table + first * 4, count * 4);
    for (u64 i = 0; i < count; ++i) {
      const u64 offset = (first + i) * block;
      if (big<u32>(part, i * 4) == kNone)
        unstored.add(offset, std::min(block, media - offset), true);
    }
  }
  return unstored.take();
}

void check_fixed(const EvidenceFile& file, ByteView footer) {
  const u64 media = *big<u64>(footer, 48);
  if (!fits(media, kFooter, file.size))
    broken(file, file.size - kFooter,
           fmt::format("the footer claims {} bytes of media, the file has {}: truncated", media,
                       file.size - kFooter));
}

} // namespace

std::vector<Unstored> check_vhd(const EvidenceFile& file) {
  const u64 at = saturating_subtract(file.size, kFooter);
  const std::vector<std::byte> footer = file.bytes(at, kFooter);
  if (footer.size() < kFooter || !chars_of(footer).starts_with("conectix"))
    broken(file, at,
           "a VHD footer (`conectix`) was expected in the last 512 bytes; there is one at offset "
           "0: the file is truncated");
  check_checksum(file, at, footer, 64, "footer");
  const u32 kind = *big<u32>(footer, 60);
  if (kind == kDifferencing)
    broken(file, at + 60,
           fmt::format("a differencing disk, which holds only changes to its parent `{}`: it can't "
                       "be examined alone; merge it into its parent first",
                       parent_name(read_header(file, footer))));
  if (kind == kDynamic) return check_dynamic(file, footer);
  if (kind != kFixed)
    broken(file, at + 60, fmt::format("disk type {}: 2 (fixed) or 3 (dynamic) was expected", kind));
  check_fixed(file, footer);
  return {};
}

} // namespace coldsweep
