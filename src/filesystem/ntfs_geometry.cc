// SPDX-License-Identifier: Apache-2.0
#include "filesystem/ntfs_geometry.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"

#include <bit>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kBootSectorBytes = 512;
constexpr u64 kMostClusterBytes = 2_MiB; // Windows 10 1709 and later format with up to 2 MiB

[[noreturn]] void impossible(const char* field, u64 offset, u64 value) {
  throw FormatError(
      fmt::format("NTFS boot sector: {} at offset {} can't be {}", field, offset, value));
}

/// A positive value counts clusters; a negative one, -n, means 2^n bytes.
u64 record_bytes(u8 raw, u64 cluster_size) {
  const auto count = static_cast<std::int8_t>(raw);
  if (count > 0) return static_cast<u64>(count) * cluster_size;
  return count > -32 ? u64{1} << -count : 0;
}

/// Values above 0x80 are exponents: 2^(256 - n) sectors (used for clusters beyond 64 KiB).
u64 sectors_per_cluster(u8 raw) {
  if (raw <= 0x80) return raw;
  return raw >= 0xE1 ? u64{1} << (256 - raw) : 0;
}

/// Without the OEM ID, all else must be as NTFS has it: what FAT uses is 0, and the signature is
/// there. find_volumes() reports such a boot sector.
bool has_fields_of_ntfs(ByteView sector) {
  return is_zero(sector.subspan(0x0E, 7)) && is_zero(sector.subspan(0x16, 2)) &&
         is_zero(sector.subspan(0x20, 4)) && little<u16>(sector, 0x1FE) == u16{0xAA55};
}

} // namespace

NtfsGeometry parse_boot_sector(ByteView sector) {
  if (sector.size() < kBootSectorBytes ||
      (!has_at(sector, 3, "NTFS    ") && !has_fields_of_ntfs(sector)))
    throw FormatError("NTFS boot sector: \"NTFS    \" expected at offset 3");
  NtfsGeometry g;
  g.sector_size = *little<u16>(sector, 0x0B);
  if (!std::has_single_bit(g.sector_size) || g.sector_size < 256 || g.sector_size > 4096)
    impossible("bytes per sector", 0x0B, g.sector_size);

  const u8 raw_cluster = *little<u8>(sector, 0x0D);
  const u64 cluster = sectors_per_cluster(raw_cluster) * g.sector_size;
  if (!std::has_single_bit(cluster) || cluster > kMostClusterBytes)
    impossible("sectors per cluster", 0x0D, raw_cluster);
  g.cluster_size = static_cast<u32>(cluster);

  const u8 raw_record = *little<u8>(sector, 0x40);
  const u64 record = record_bytes(raw_record, cluster);
  if (!std::has_single_bit(record) || record < 512 || record > 64_KiB)
    impossible("size of an MFT record", 0x40, raw_record);
  g.record_size = static_cast<u32>(record);

  const u64 sectors = *little<u64>(sector, 0x28);
  const std::optional<u64> bytes = checked_multiply<u64>(sectors, g.sector_size);
  if (sectors == 0 || !bytes || *bytes > u64{1} << 60)
    impossible("number of sectors", 0x28, sectors);
  g.cluster_count = g.present_clusters = *bytes / cluster;

  const u64 mft = *little<u64>(sector, 0x30);
  if (mft == 0 || mft >= g.cluster_count) impossible("cluster of $MFT", 0x30, mft);
  g.mft_offset = mft * cluster;
  g.mirror_cluster = *little<u64>(sector, 0x38);
  g.serial = *little<u64>(sector, 0x48);
  return g;
}

} // namespace coldsweep
