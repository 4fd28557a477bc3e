// SPDX-License-Identifier: Apache-2.0
#include "content/carriers.h"

#include "base/endian.h"
#include "content/zip_directory.h"

#include <algorithm>
#include <array>

#include <zlib.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr u64 kSearched = 64_MiB; ///< for beginnings; stubs are far smaller
/// For the end record of a zip: its longest comment, and some bytes behind it, as unzip allows.
constexpr u64 kSearchedAtEnd = 22 + 64_KiB + 4_KiB;
constexpr u64 kBlock = 512;

constexpr std::string_view kSevenZip("7z\xBC\xAF\x27\x1C", 6), kRar("Rar!\x1A\x07", 6),
    kCabinet("MSCF\0\0\0\0", 8);

bool is_program(ByteView content) {
  return has_at(content, 0, "MZ") || has_at(content, 0,
                                            "\x7F"
                                            "ELF"sv);
}

u32 crc_of(ByteView bytes) {
  return static_cast<u32>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// Whether two bytes that most signatures have are in the block. The compiler makes this a few
/// instructions for each 16 bytes.
bool may_have_signature(const std::byte* block, u64 length) {
  unsigned found = 0;
  for (u64 i = 0; i + 1 < length; ++i) {
    const auto a = static_cast<u8>(block[i]), b = static_cast<u8>(block[i + 1]);
    const unsigned seven = (a == 0xBC) & (b == 0xAF), rar = (a == '!') & (b == 0x1A);
    const unsigned zip = (a == 'K') & ((b == 3) | (b == 5)), cabinet = (a == 'C') & (b == 'F');
    found |= seven | rar | zip | cabinet;
  }
  return found != 0;
}

/// Calls `use(offset)` for each place where one of the signatures may be, until it returns true.
template <class Use> bool any_signature(ByteView content, bool program, Use&& use) {
  const auto is_one = [&](u64 at) {
    return has_at(content, at, kSevenZip) || has_at(content, at, kRar) ||
           has_at(content, at, kZipEnd) ||
           (program && (has_at(content, at, kCabinet) || has_at(content, at, kZipLocal)));
  };
  // The bytes that are looked for are at most three into a signature, so each block begins three
  // bytes before the last one's end.
  for (u64 block = 0; block < content.size(); block += kBlock) {
    const u64 length = std::min<u64>(kBlock + 4, content.size() - block);
    if (!may_have_signature(content.data() + block, length)) continue;
    for (u64 at = saturating_subtract(block, 3); at < block + kBlock && at < content.size(); ++at) {
      const std::byte first = content[at];
      if (first != std::byte{'P'} && first != std::byte{'7'} && first != std::byte{'R'} &&
          first != std::byte{'M'})
        continue;
      if (is_one(at) && use(at)) return true;
    }
  }
  return false;
}

/// 7zFormat.txt, "SignatureHeader": its CRC, and where the header of the archive is.
bool is_seven_zip(ByteView content, u64 at, bool program) {
  const std::optional<ByteView> start = slice(content, at, 32);
  if (!start || little<u32>(*start, 8) != crc_of(start->subspan(12, 20))) return false;
  const u64 end =
      saturating_add(saturating_add(32, *little<u64>(*start, 12)), *little<u64>(*start, 20));
  return program || fits(at, end, content.size()); // a cut self-extractor is still one
}

/// The main header of RAR 4, or of RAR 5, has a valid CRC.
bool is_rar(ByteView content, u64 at) {
  if (has_at(content, at + 6, "\0"sv)) {
    const u64 header = at + 7, size = little<u16>(content, header + 5).value_or(0);
    const std::optional<ByteView> checked = slice(content, header + 2, std::max<u64>(size, 7) - 2);
    return little<u8>(content, header + 2) == 0x73 && checked &&
           little<u16>(content, header) == (crc_of(*checked) & 0xFFFF);
  }
  if (!has_at(content, at + 6, "\1\0"sv)) return false;
  const u64 header = at + 8, size = little<u8>(content, header + 4).value_or(0);
  const std::optional<ByteView> checked = slice(content, header + 4, size + 1);
  return size > 0 && size < 0x80 && checked && little<u32>(content, header) == crc_of(*checked);
}

/// [MS-CAB] 2.1: version 1.3, and a size that fits.
bool is_cabinet(ByteView content, u64 at) {
  const u64 size = little<u32>(content, at + 8).value_or(0);
  return size > 36 && fits(at, size, content.size()) && little<u32>(content, at + 12) == 0U &&
         little<u16>(content, at + 24) == 0x0103;
}

/// A local header that no constant in a program looks like.
bool is_zip_member(ByteView content, u64 at) {
  const std::optional<ZipEntry> entry = local_entry(content, at);
  if (!entry || entry->name_length == 0 || entry->name_length > 1024) return false;
  if (little<u8>(content, at + 4).value_or(0xFF) > 63) return false;
  const std::optional<ByteView> name = slice(content, entry->name_at, entry->name_length);
  return name &&
         std::all_of(name->begin(), name->end(), [](std::byte b) { return b >= std::byte{' '}; }) &&
         (entry->described_later() || fits(entry->data, entry->stored, content.size()));
}

bool ends_with_zip(ByteView content) {
  const u64 from = saturating_subtract(content.size(), kSearchedAtEnd);
  const std::string_view tail = chars_of(content.subspan(from));
  for (std::size_t at = tail.rfind(kZipEnd); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : tail.rfind(kZipEnd, at - 1)) {
    const std::optional<ZipEnd> end = zip_end(content, from + at);
    if (end && end->entries > 0) return true;
  }
  return false;
}

} // namespace

std::optional<Carried> find_carried(ByteView content) {
  if (ends_with_zip(content)) return Carried{ArchiveKind::zip, 0};
  const bool program = is_program(content);
  const ByteView searched = content.first(std::min<u64>(content.size(), kSearched));
  Carried found;
  const bool any = any_signature(searched, program, [&](u64 at) {
    found.offset = at;
    if (has_at(content, at, kSevenZip) && is_seven_zip(content, at, program))
      found.kind = ArchiveKind::seven_zip;
    else if (has_at(content, at, kRar) && is_rar(content, at))
      found.kind = ArchiveKind::rar;
    else if (program && has_at(content, at, kCabinet) && is_cabinet(content, at))
      found.kind = ArchiveKind::cab;
    else if (program && has_at(content, at, kZipLocal) && is_zip_member(content, at))
      found = {ArchiveKind::zip, 0};
    else
      return false;
    return true;
  });
  return any ? std::optional(found) : std::nullopt;
}

bool CarrierSearch::may_carry(ByteView more) {
  if (at_ == 0) program_ = is_program(more);
  const u64 begin = at_;
  at_ += more.size();
  const auto counts = [&](u64 offset, bool zip_end) {
    return zip_end ? offset + kSearchedAtEnd >= size_ : offset < kSearched;
  };
  if (begin >= kSearched && at_ + kSearchedAtEnd < size_) return false;
  // Signatures that the last piece ended within.
  std::array<std::byte, 16> seam{};
  const u64 head = std::min<u64>(8, more.size());
  std::copy_n(tail_.begin(), tail_size_, seam.begin());
  std::copy_n(more.begin(), head, seam.begin() + static_cast<std::ptrdiff_t>(tail_size_));
  const ByteView across = ByteView(seam).first(tail_size_ + head);
  const u64 across_at = begin - tail_size_;
  if (any_signature(across, program_,
                    [&](u64 at) { return counts(across_at + at, has_at(across, at, kZipEnd)); }) ||
      any_signature(more, program_,
                    [&](u64 at) { return counts(begin + at, has_at(more, at, kZipEnd)); }))
    return true;
  tail_size_ = std::min<u64>(7, more.size());
  std::copy_n(more.end() - static_cast<std::ptrdiff_t>(tail_size_), tail_size_, tail_.begin());
  return false;
}

} // namespace coldsweep
