// SPDX-License-Identifier: Apache-2.0
#include "volume/boot_sector.h"

#include "base/endian.h"

#include <array>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

bool is_power_of_two(u64 n) { return n != 0 && (n & (n - 1)) == 0; }

/// Sectors per cluster: a power of two, or, above 0x80, the negative exponent (for clusters over
/// 64 KiB).
bool plausible_cluster(u8 field) {
  if (field >= 0xE1) return true; // 2^(256 - field), up to 2^31
  return field <= 0x80 && is_power_of_two(field);
}

} // namespace

bool looks_like_ntfs(ByteView boot_sector) {
  if (boot_sector.size() < 512 || !has_at(boot_sector, 3, "NTFS    "sv)) return false;
  const u16 sector_size = *little<u16>(boot_sector, 11);
  return sector_size >= 256 && sector_size <= 4096 && is_power_of_two(sector_size) &&
         plausible_cluster(*little<u8>(boot_sector, 13)) && *little<u64>(boot_sector, 48) != 0;
}

std::optional<u64> ntfs_size(ByteView boot_sector) {
  if (!looks_like_ntfs(boot_sector)) return std::nullopt;
  return checked_multiply(*little<u64>(boot_sector, 40), u64{*little<u16>(boot_sector, 11)});
}

std::string signature_of(ByteView start) {
  struct Signature {
    u64 offset;
    std::string_view bytes, name;
  };
  constexpr std::array signatures{
      Signature{3, "-FVE-FS-"sv, "bitlocker"}, Signature{0, "LUKS\xba\xbe"sv, "luks"},
      Signature{3, "ReFS\0"sv, "refs"},        Signature{3, "EXFAT   "sv, "exfat"},
      Signature{82, "FAT32   "sv, "fat32"},    Signature{54, "FAT16   "sv, "fat16"},
      Signature{54, "FAT12   "sv, "fat12"},    Signature{4086, "SWAPSPACE2"sv, "swap"},
      Signature{512, "LABELONE"sv, "lvm"},     Signature{1080, "\x53\xef"sv, "ext"},
  };
  // BitLocker To Go has a FAT32 boot sector for old systems. Its GUID comes later
  // (4967d63b-2e29-4ad8-...).
  if (has_at(start, 424, "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a"sv)) return "bitlocker";
  for (const Signature& signature : signatures)
    if (has_at(start, signature.offset, signature.bytes)) return std::string(signature.name);
  return {};
}

} // namespace coldsweep
