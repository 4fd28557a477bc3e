// SPDX-License-Identifier: Apache-2.0
// "Virtual Hard Disk Image Format Specification", Microsoft, 2006. All integers are big-endian.
#include "image/vhd_layout.h"

#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "image/disk_start.h"

#include <bit>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kFooter = 512, kHeader = 1024;
constexpr u32 kFixed = 2, kDynamic = 3, kDifferencing = 4;
constexpr std::string_view kFooterMark = "conectix", kHeaderMark = "cxsparse";
// The largest disk has 2040 GiB, mostly in blocks of 2 MiB: a million of them.
constexpr u64 kMostBlocks = 8'388'608;

[[noreturn]] void broken(const EvidenceFile& file, u64 offset, std::string_view what) {
  throw FormatError(fmt::format("{}: offset {}: {}", file.path().string(), offset, what));
}

/// Whether the checksum at `field` is right: the one's complement of the sum of all other bytes.
bool has_right_checksum(ByteView bytes, u64 field) {
  u32 sum = 0;
  for (u64 i = 0; i < bytes.size(); ++i)
    if (i < field || i >= field + 4) sum += std::to_integer<u32>(bytes[i]);
  return big<u32>(bytes, field) == ~sum;
}

struct Footer {
  Footer(const EvidenceFile& file, u64 offset) : at(offset), bytes(file.bytes(offset, kFooter)) {
    is_there = bytes.size() == kFooter && has_at(bytes, 0, kFooterMark);
    is_intact = is_there && has_right_checksum(bytes, 64);
  }
  u32 kind() const { return *big<u32>(bytes, 60); }
  u64 media() const { return *big<u64>(bytes, 48); }
  u64 header() const { return *big<u64>(bytes, 16); }
  /// Of a fixed disk, and right before it are as many bytes as it claims.
  bool ends_fixed_disk() const { return is_there && kind() == kFixed && media() == at; }

  u64 at;
  std::vector<std::byte> bytes;
  bool is_there = false, is_intact = false;
};

/// Whether a damaged footer leads to the header of a dynamic disk, which has a checksum of its own,
/// for a media of the size that the footer states twice.
bool leads_to_header(const EvidenceFile& file, const Footer& footer) {
  if (!footer.is_there || footer.kind() != kDynamic || !fits(footer.header(), kHeader, file.size))
    return false;
  const std::vector<std::byte> header = file.bytes(footer.header(), kHeader);
  if (!has_at(header, 0, kHeaderMark) || !has_right_checksum(header, 36)) return false;
  const u64 held = u64{*big<u32>(header, 28)} * *big<u32>(header, 32);
  return footer.media() == *big<u64>(footer.bytes, 40) && footer.media() <= held;
}

Footer last_footer(const EvidenceFile& file) {
  return {file, saturating_subtract(file.size, kFooter)};
}

/// The footer, or its copy. What is wrong with the footer goes to the layout.
Footer choose_footer(const EvidenceFile& file, VhdLayout& layout) {
  Footer footer = last_footer(file);
  if (footer.is_intact) return footer;
  const std::string wrong =
      footer.is_there ? fmt::format("offset {}: the checksum of the VHD footer is wrong", footer.at)
                      : fmt::format("offset {}: a VHD footer (`conectix`) was expected in the last "
                                    "512 bytes of the file",
                                    footer.at);
  const Footer copy(file, 0);
  if (copy.is_intact && copy.kind() != kFixed) {
    layout.problems.push_back(wrong + "; its copy at offset 0 was used");
    return copy;
  }
  if (leads_to_header(file, footer)) {
    layout.problems.push_back(wrong + ", but it leads to the header of a dynamic disk");
    return footer;
  }
  if (leads_to_header(file, copy)) {
    layout.problems.push_back(wrong + "; its copy at offset 0, whose checksum is wrong, was used");
    return copy;
  }
  if (!footer.ends_fixed_disk())
    throw FormatError(fmt::format("{}: {}, and offset 0 holds no intact copy of it",
                                  file.path().string(), wrong));
  layout.problems.push_back(wrong + ", but the size that it claims is right");
  return footer;
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

std::vector<std::byte> read_header(const EvidenceFile& file, const Footer& footer) {
  const u64 offset = footer.header();
  if (!fits(offset, kHeader, file.size))
    broken(file, offset,
           fmt::format("the dynamic disk header was expected, the file has {} bytes: truncated",
                       file.size));
  std::vector<std::byte> header = file.bytes(offset, kHeader);
  if (!has_at(header, 0, kHeaderMark))
    broken(file, offset, "a dynamic disk header (`cxsparse`) was expected");
  if (!has_right_checksum(header, 36))
    broken(file, offset, "the checksum of the dynamic disk header is wrong");
  return header;
}

void read_dynamic(const EvidenceFile& file, const Footer& footer, VhdLayout& layout) {
  const std::vector<std::byte> header = read_header(file, footer);
  layout.table = *big<u64>(header, 16);
  layout.block = *big<u32>(header, 32);
  const u64 entries = *big<u32>(header, 28);
  if (layout.block < 512 || !std::has_single_bit(layout.block))
    broken(file, footer.header() + 32,
           fmt::format("a block size of {} bytes: a power of two was expected", layout.block));
  if (!fits(layout.table, entries * 4, file.size))
    broken(file, layout.table,
           fmt::format("a block table of {} entries was expected, the file has {} bytes: truncated",
                       entries, file.size));
  if (entries < layout.blocks())
    broken(file, layout.table,
           fmt::format("the block table has {} entries, the media needs {}", entries,
                       layout.blocks()));
  if (layout.blocks() > kMostBlocks)
    broken(file, footer.header() + 32,
           fmt::format("{} blocks of {} bytes, at most {} are supported: convert it first",
                       layout.blocks(), layout.block, kMostBlocks));
}

} // namespace

VhdLayout read_vhd_layout(const EvidenceFile& file) {
  VhdLayout layout;
  const Footer footer = choose_footer(file, layout);
  layout.media = footer.media();
  layout.end = footer.at > 0 ? footer.at : file.size;
  const u32 kind = footer.kind();
  if (kind == kDifferencing)
    broken(file, footer.at + 60,
           fmt::format("a differencing disk, which holds only changes to its parent `{}`: it can't "
                       "be examined alone; merge it into its parent first",
                       parent_name(read_header(file, footer))));
  if (layout.media == 0) broken(file, footer.at + 48, "the footer claims a media of 0 bytes");
  if (kind == kDynamic) {
    read_dynamic(file, footer, layout);
    return layout;
  }
  if (kind != kFixed)
    broken(file, footer.at + 60,
           fmt::format("disk type {}: 2 (fixed) or 3 (dynamic) was expected", kind));
  if (layout.media > layout.end)
    broken(file, footer.at,
           fmt::format("the footer claims {} bytes of media, the file has {}: truncated",
                       layout.media, layout.end));
  return layout;
}

bool has_vhd_footer(const EvidenceFile& file) {
  return last_footer(file).is_there || has_at(file.bytes(0, kFooterMark.size()), 0, kFooterMark);
}

std::optional<std::string> why_footer_is_strange(const EvidenceFile& file) {
  const Footer footer = last_footer(file);
  const std::optional<u64> disk = disk_size_at(file.bytes(0, kDiskStart));
  if (!footer.is_there || footer.ends_fixed_disk() || !disk || *disk > file.size)
    return std::nullopt;
  if (footer.is_intact && footer.kind() == kFixed) {
    if (footer.media() < footer.at && *disk <= footer.media()) return std::nullopt;
    return fmt::format("offset {}: the footer of a fixed VHD of {} bytes, where {} precede it; a "
                       "disk of {} bytes begins at offset 0: read as a raw image",
                       footer.at, footer.media(), footer.at, *disk);
  }
  const bool has_header = fits(footer.header(), kHeader, file.size) &&
                          has_at(file.bytes(footer.header(), kHeader), 0, kHeaderMark);
  if (footer.is_intact && has_header) return std::nullopt;
  return fmt::format("offset {}: the footer of a VHD that is not in this file; a disk of {} bytes "
                     "begins at offset 0: read as a raw image",
                     footer.at, *disk);
}

} // namespace coldsweep
