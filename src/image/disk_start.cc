// SPDX-License-Identifier: Apache-2.0
// Boot sector and MBR: the structures that Windows writes. GPT: "UEFI Specification" 2.10,
// section 5.3.2.
#include "image/disk_start.h"

#include "base/checked.h"
#include "base/endian.h"

#include <algorithm>
#include <string_view>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512, kEntries = 446, kEntry = 16;
constexpr u64 kVolumeSectors = 40, kLastUsable = kSector + 48;

bool has_boot_signature(ByteView start) { return has_at(start, 510, "\x55\xAA"); }

bool has_gpt(ByteView start) { return has_at(start, kSector, "EFI PART"); }

std::optional<u64> size_by_ntfs(ByteView start) {
  if (!has_boot_signature(start) || !has_at(start, 3, "NTFS    ")) return std::nullopt;
  const u64 sector = little<u16>(start, 11).value_or(0);
  return checked_multiply(little<u64>(start, kVolumeSectors).value_or(0), sector);
}

std::optional<u64> size_by_gpt(ByteView start) {
  if (!has_gpt(start)) return std::nullopt;
  const auto sectors = checked_add(little<u64>(start, kLastUsable).value_or(0), u64{1});
  return sectors ? checked_multiply(*sectors, kSector) : std::nullopt;
}

/// Absent also if an entry is none: the sector is then something else that ends with the signature.
std::optional<u64> size_by_mbr(ByteView start) {
  if (!has_boot_signature(start)) return std::nullopt;
  u64 end = 0;
  for (u64 at = kEntries; at < kEntries + 4 * kEntry; at += kEntry) {
    if ((std::to_integer<u8>(start[at]) & 0x7FU) != 0) return std::nullopt;
    if (start[at + 4] == std::byte{0}) continue; // no partition
    end = std::max(end, u64{*little<u32>(start, at + 8)} + *little<u32>(start, at + 12));
  }
  return end * kSector;
}

std::optional<u64> if_any(std::optional<u64> size) { return size == u64{0} ? std::nullopt : size; }

} // namespace

bool begins_like_disk(ByteView start) { return has_boot_signature(start) || has_gpt(start); }

std::optional<u64> disk_size_at(ByteView start) {
  if (const auto size = if_any(size_by_ntfs(start))) return size;
  if (has_gpt(start)) return if_any(size_by_gpt(start));
  return if_any(size_by_mbr(start));
}

} // namespace coldsweep
