// SPDX-License-Identifier: Apache-2.0
#include "filesystem/security.h"

#include "base/endian.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kEntryHeader = 20;
constexpr u64 kBlock = 256 << 10; // every other block of $SDS is a copy of the one before

std::optional<std::string> sid_text(ByteView sid) {
  const std::optional<u8> revision = little<u8>(sid, 0), count = little<u8>(sid, 1);
  if (!revision || *revision != 1 || !count || *count > 15 || !fits(8, u64{*count} * 4, sid.size()))
    return std::nullopt;
  const u64 authority = (u64{*big<u16>(sid, 2)} << 32) | *big<u32>(sid, 4);
  std::string text = fmt::format("S-1-{}", authority);
  for (u64 i = 0; i < *count; ++i) text += fmt::format("-{}", *little<u32>(sid, 8 + i * 4));
  return text;
}

} // namespace

std::optional<std::string> owner_of_descriptor(ByteView descriptor) {
  const std::optional<u32> owner = little<u32>(descriptor, 4);
  if (!owner || *owner == 0 || *owner >= descriptor.size()) return std::nullopt;
  return sid_text(descriptor.subspan(*owner));
}

void collect_owners(ByteView sds, std::unordered_map<u32, std::string>& owners) {
  u64 offset = 0;
  while (offset + kEntryHeader <= sds.size()) {
    const u32 id = *little<u32>(sds, offset + 4);
    const u64 own_offset = *little<u64>(sds, offset + 8);
    const u64 length = *little<u32>(sds, offset + 16);
    const bool plausible = own_offset == offset && length > kEntryHeader && length <= kBlock &&
                           fits(offset, length, sds.size());
    if (!plausible) { // the rest of this block is padding
      offset = (offset / (2 * kBlock) + 1) * 2 * kBlock;
      continue;
    }
    if (const std::optional<std::string> owner =
            owner_of_descriptor(sds.subspan(offset + kEntryHeader, length - kEntryHeader)))
      owners.try_emplace(id, *owner);
    offset = (offset + length + 15) / 16 * 16;
    if (offset % (2 * kBlock) >= kBlock) offset = (offset / (2 * kBlock) + 1) * 2 * kBlock;
  }
}

} // namespace coldsweep
