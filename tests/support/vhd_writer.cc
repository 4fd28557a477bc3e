// SPDX-License-Identifier: Apache-2.0
#include "support/vhd_writer.h"

#include <string_view>

namespace coldsweep::test {
namespace {

constexpr u64 kSector = 512;

void put_big(std::string& bytes, u64 at, u64 value, unsigned width) {
  for (unsigned i = 0; i < width; ++i)
    bytes.at(at + i) = static_cast<char>(value >> (8 * (width - 1 - i)));
}

void put_checksum(std::string& bytes, u64 from, u64 length, u64 field) {
  put_big(bytes, from + field, 0, 4);
  u32 sum = 0;
  for (u64 i = from; i < from + length; ++i) sum += static_cast<u8>(bytes.at(i));
  put_big(bytes, from + field, ~sum, 4);
}

bool is_zeros(const std::string& bytes, u64 from, u64 length) {
  const std::string_view part = std::string_view(bytes).substr(from, length);
  return part.find_first_not_of('\0') == std::string_view::npos;
}

u64 up_to_sectors(u64 bytes) { return (bytes + kSector - 1) / kSector * kSector; }

/// Bitmap and data.
std::string stored_block(const std::string& media, u64 from, const VhdSpec& spec) {
  std::string data = media.substr(from, spec.block);
  data.resize(spec.block, '\0');
  std::string bitmap(up_to_sectors((spec.block / kSector + 7) / 8), '\0');
  for (u64 sector = 0; sector < spec.block / kSector; ++sector) {
    if (spec.exact_bitmaps && is_zeros(data, sector * kSector, kSector))
      data.replace(sector * kSector, kSector, kSector, 'x');
    else
      bitmap[sector / 8] = static_cast<char>(bitmap[sector / 8] | 0x80 >> sector % 8);
  }
  return bitmap + data;
}

} // namespace

std::string vhd_footer(u32 kind, u64 media, u64 header) {
  std::string footer(kSector, '\0');
  footer.replace(0, 8, "conectix");
  put_big(footer, 8, 2, 4);        // features
  put_big(footer, 12, 0x10000, 4); // version
  put_big(footer, 16, kind == kFixedVhd ? ~u64{0} : header, 8);
  footer.replace(28, 4, "win ");      // creator
  put_big(footer, 32, 0xA0000, 4);    // its version
  footer.replace(36, 4, "Wi2k");      // its host
  put_big(footer, 40, media, 8);      // at first
  put_big(footer, 48, media, 8);      // now
  put_big(footer, 56, 0x012D0411, 4); // cylinders, heads, sectors
  put_big(footer, 60, kind, 4);
  footer.replace(68, 16, "identifier of it");
  put_checksum(footer, 0, kSector, 64);
  return footer;
}

std::string dynamic_vhd(const std::string& media, const VhdSpec& spec) {
  const u64 blocks = (media.size() + spec.block - 1) / spec.block;
  const std::string footer = vhd_footer(kDynamicVhd, media.size());
  std::string header(1024, '\0');
  header.replace(0, 8, "cxsparse");
  put_big(header, 8, ~u64{0}, 8);
  put_big(header, 16, kVhdTable, 8);
  put_big(header, 24, 0x10000, 4);
  put_big(header, 28, blocks, 4);
  put_big(header, 32, spec.block, 4);
  put_checksum(header, 0, 1024, 36);
  std::string vhd = footer + header + std::string(up_to_sectors(blocks * 4), '\xFF');
  for (u64 i = 0; i < blocks; ++i) {
    const u64 block = spec.reversed ? blocks - 1 - i : i;
    if (is_zeros(media, block * spec.block, spec.block)) continue;
    put_big(vhd, kVhdTable + block * 4, vhd.size() / kSector, 4);
    vhd += stored_block(media, block * spec.block, spec);
  }
  return vhd + footer;
}

std::string fixed_vhd(const std::string& media) {
  return media + vhd_footer(kFixedVhd, media.size());
}

void set_vhd_field(std::string& vhd, u64 at, u64 value, unsigned width) {
  put_big(vhd, at, value, width);
  const u64 footer = vhd.size() - kSector;
  if (at < kSector)
    put_checksum(vhd, 0, kSector, 64);
  else if (at >= footer)
    put_checksum(vhd, footer, kSector, 64);
  else if (at < kVhdTable)
    put_checksum(vhd, kVhdHeader, 1024, 36);
}

} // namespace coldsweep::test
