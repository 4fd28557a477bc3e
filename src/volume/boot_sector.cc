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

constexpr u64 kMostBytes = u64{1} << 60; // more than any volume, and sums of two don't overflow

bool has_plausible_geometry(ByteView boot_sector) {
  const u16 sector_size = *little<u16>(boot_sector, 11);
  return sector_size >= 256 && sector_size <= 4096 && is_power_of_two(sector_size) &&
         plausible_cluster(*little<u8>(boot_sector, 13)) && *little<u64>(boot_sector, 48) != 0;
}

/// All that tells NTFS from FAT and boot code, apart from the OEM ID: what FAT uses is 0 (offsets
/// 14 to 20, 22 and 32), and the signature at the end is there.
bool has_fields_of_ntfs(ByteView boot_sector) {
  return boot_sector.size() >= 512 && has_plausible_geometry(boot_sector) &&
         is_zero(boot_sector.subspan(14, 7)) && is_zero(boot_sector.subspan(22, 2)) &&
         is_zero(boot_sector.subspan(32, 4)) && *little<u64>(boot_sector, 40) != 0 &&
         *little<u64>(boot_sector, 56) != 0 && little<u16>(boot_sector, 510) == u16{0xAA55};
}

} // namespace

bool looks_like_ntfs(ByteView boot_sector) {
  return boot_sector.size() >= 512 && has_at(boot_sector, 3, "NTFS    "sv) &&
         has_plausible_geometry(boot_sector);
}

std::optional<NtfsClaim> ntfs_claim(ByteView boot_sector) {
  NtfsClaim claim;
  claim.has_oem_id = looks_like_ntfs(boot_sector);
  if (!claim.has_oem_id && !has_fields_of_ntfs(boot_sector)) return std::nullopt;
  claim.sector = *little<u16>(boot_sector, 11);
  const u8 field = *little<u8>(boot_sector, 13);
  const u64 cluster = claim.sector * (field <= 0x80 ? field : u64{1} << (256 - field));
  const auto size = checked_multiply(*little<u64>(boot_sector, 40), claim.sector);
  const auto mft = checked_multiply(*little<u64>(boot_sector, 48), cluster);
  const auto mirror = checked_multiply(*little<u64>(boot_sector, 56), cluster);
  if (!size || *size == 0 || *size > kMostBytes || !mft || !mirror) return std::nullopt;
  claim.size = *size;
  claim.mft = *mft;
  claim.mirror = *mirror;
  return claim;
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
