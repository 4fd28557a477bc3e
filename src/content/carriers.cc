// SPDX-License-Identifier: Apache-2.0
#include "content/carriers.h"

#include "base/endian.h"
#include "content/compressed.h"
#include "content/crc32.h"
#include "content/zip_directory.h"

#include <algorithm>
#include <array>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr u64 kSearched = 64_MiB; ///< for beginnings; stubs are far smaller
/// For the end record of a zip: its longest comment, and some bytes behind it, as unzip allows.
constexpr u64 kSearchedAtEnd = 22 + 64_KiB + 4_KiB;
constexpr u64 kScript = 1_MiB; ///< in which the data of a script begins
constexpr u64 kBlock = 512;
constexpr u64 kMostHeader = 512; ///< all that is looked at, apart from names of members

constexpr std::string_view kSevenZip("7z\xBC\xAF\x27\x1C", 6), kRar("Rar!\x1A\x07", 6),
    kCabinet("MSCF\0\0\0\0", 8);

bool is_program(ByteView content) {
  return has_at(content, 0, "MZ") || has_at(content, 0,
                                            "\x7F"
                                            "ELF"sv);
}

// Where the processor has wider vectors they are used, which halves the cost. Sanitizers instrument
// the selection, which runs before they are ready.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COLDSWEEP_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define COLDSWEEP_WIDE_VECTORS
#endif

/// Whether two bytes that the signatures of 7z and RAR have are in the block, which one more byte
/// follows. The compiler makes this a few instructions for each 16 or 32 bytes.
COLDSWEEP_WIDE_VECTORS
bool may_have_signature(const std::byte* block) {
  u8 found = 0;
  for (u64 i = 0; i < kBlock; ++i) {
    const u8 a = static_cast<u8>(block[i]), b = static_cast<u8>(block[i + 1]);
    found = static_cast<u8>(found | static_cast<u8>((a == 0xBC) & (b == 0xAF)) |
                            static_cast<u8>((a == '!') & (b == 0x1A)));
  }
  return found != 0;
}

/// The same for a zip's members and cabinets.
COLDSWEEP_WIDE_VECTORS
bool may_have_program_signature(const std::byte* block) {
  u8 found = 0;
  for (u64 i = 0; i < kBlock; ++i) {
    const u8 a = static_cast<u8>(block[i]), b = static_cast<u8>(block[i + 1]);
    found = static_cast<u8>(found | static_cast<u8>((a == 'K') & (b == 3)) |
                            static_cast<u8>((a == 'C') & (b == 'F')));
  }
  return found != 0;
}

/// Calls `use(offset)` for each place where one of the signatures may be, until it returns true.
template <class Use> bool any_signature(ByteView content, bool program, Use&& use) {
  const auto is_one = [&](u64 at) {
    return has_at(content, at, kSevenZip) || has_at(content, at, kRar) ||
           (program && (has_at(content, at, kCabinet) || has_at(content, at, kZipLocal)));
  };
  for (u64 block = 0; block < content.size(); block += kBlock) {
    const std::byte* const bytes = content.data() + block;
    if (content.size() - block > kBlock && !may_have_signature(bytes) &&
        !(program && may_have_program_signature(bytes)))
      continue;
    // What was found is at most three bytes into a signature.
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

/// A place in content that may be seen only in part.
struct Place {
  ByteView seen;
  u64 at = 0;   ///< in `seen`
  u64 left = 0; ///< bytes of the content from there on
  bool in_program = false;
};

/// 7zFormat.txt, "SignatureHeader": its CRC, and where the header of the archive is.
bool is_seven_zip(const Place& place) {
  const std::optional<ByteView> start = slice(place.seen, place.at, 32);
  if (!start || little<u32>(*start, 8) != crc32_of(start->subspan(12, 20))) return false;
  const u64 end =
      saturating_add(saturating_add(32, *little<u64>(*start, 12)), *little<u64>(*start, 20));
  return place.in_program || end <= place.left; // a cut self-extractor is still one
}

/// The main header of RAR 4, or of RAR 5, has a valid CRC.
bool is_rar(const Place& place) {
  const ByteView seen = place.seen;
  if (has_at(seen, place.at + 6, "\0"sv)) {
    const u64 header = place.at + 7, size = little<u16>(seen, header + 5).value_or(0);
    if (little<u8>(seen, header + 2) != 0x73 || size < 13 || size > 256) return false;
    const std::optional<ByteView> checked = slice(seen, header + 2, size - 2);
    return checked && little<u16>(seen, header) == (crc32_of(*checked) & 0xFFFF);
  }
  if (!has_at(seen, place.at + 6, "\1\0"sv)) return false;
  const u64 header = place.at + 8, size = little<u8>(seen, header + 4).value_or(0);
  const std::optional<ByteView> checked = slice(seen, header + 4, size + 1);
  return size > 0 && size < 0x80 && checked && little<u32>(seen, header) == crc32_of(*checked);
}

/// [MS-CAB] 2.1: version 1.3, and a size that fits.
bool is_cabinet(const Place& place) {
  const u64 size = little<u32>(place.seen, place.at + 8).value_or(0);
  return size > 36 && size <= place.left && little<u32>(place.seen, place.at + 12) == 0U &&
         little<u16>(place.seen, place.at + 24) == 0x0103;
}

/// Whether the fixed part of a local header is that of a file.
bool may_be_zip_member(const Place& place) {
  const u16 method = little<u16>(place.seen, place.at + 8).value_or(1);
  const u16 name_length = little<u16>(place.seen, place.at + 26).value_or(0);
  return (method == 0 || method >= 8) && method < 100 && name_length > 0 && name_length <= 1024 &&
         little<u8>(place.seen, place.at + 4).value_or(0xFF) <= 63;
}

/// A local header that no constant in a program looks like.
bool is_zip_member(const Place& place) {
  if (!may_be_zip_member(place)) return false;
  const std::optional<ZipEntry> entry = local_entry(place.seen, place.at);
  if (!entry) return false;
  const std::optional<ByteView> name = slice(place.seen, entry->name_at, entry->name_length);
  return name &&
         std::all_of(name->begin(), name->end(), [](std::byte b) { return b >= std::byte{' '}; }) &&
         (entry->described_later() || entry->stored <= place.left);
}

/// The archive that begins there; `none` if there is only its signature.
ArchiveKind kind_at(const Place& place) {
  if (has_at(place.seen, place.at, kSevenZip) && is_seven_zip(place)) return ArchiveKind::seven_zip;
  if (has_at(place.seen, place.at, kRar) && is_rar(place)) return ArchiveKind::rar;
  if (!place.in_program) return ArchiveKind::none;
  if (has_at(place.seen, place.at, kCabinet) && is_cabinet(place)) return ArchiveKind::cab;
  if (has_at(place.seen, place.at, kZipLocal) && is_zip_member(place)) return ArchiveKind::zip;
  return ArchiveKind::none;
}

bool is_script(ByteView content) { return has_at(content, 0, "#!"); }

/// Where a compressed stream begins behind a line of a script, as in installers made by makeself.
/// The content may be seen only in part.
std::optional<u64> compressed_in_script(ByteView seen) {
  const std::string_view text = chars_of(seen);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    if (is_compressed(seen.subspan(at + 1))) return at + 1;
  return std::nullopt;
}

bool ends_with_zip(ByteView content) {
  const u64 from = saturating_subtract(content.size(), kSearchedAtEnd);
  const std::string_view tail = chars_of(content.subspan(from));
  for (std::size_t at = tail.find(kZipEnd); at != std::string_view::npos;
       at = tail.find(kZipEnd, at + 1)) {
    const std::optional<ZipEnd> end = zip_end(content, from + at);
    if (end && end->entries > 0) return true;
  }
  return false;
}

/// Whether the end record of a zip that has members may be in what is at `begin` of the content.
bool may_end_zip(ByteView seen, u64 begin) {
  const std::string_view text = chars_of(seen);
  for (std::size_t at = text.find(kZipEnd); at != std::string_view::npos;
       at = text.find(kZipEnd, at + 1)) {
    const u64 directory = little<u32>(seen, at + 12).value_or(0xFFFFFFFF);
    if (little<u16>(seen, at + 10) != u16{0} &&
        (directory <= begin + at || directory == 0xFFFFFFFF))
      return true;
  }
  return false;
}

} // namespace

std::optional<Carried> find_carried(ByteView content) {
  if (ends_with_zip(content)) return Carried{ArchiveKind::zip, 0};
  if (is_script(content))
    if (const auto at = compressed_in_script(content.first(std::min<u64>(content.size(), kScript))))
      return Carried{ArchiveKind::compressed, *at};
  const bool program = is_program(content);
  Carried found;
  any_signature(content.first(std::min<u64>(content.size(), kSearched)), program, [&](u64 at) {
    found = {kind_at({content, at, content.size() - at, program}), at};
    return found.kind != ArchiveKind::none;
  });
  if (found.kind == ArchiveKind::none) return std::nullopt;
  if (found.kind == ArchiveKind::zip) found.offset = 0;
  return found;
}

bool CarrierSearch::may_carry(ByteView more) {
  if (at_ == 0) {
    program_ = is_program(more);
    script_ = is_script(more);
  }
  const u64 begin = at_;
  at_ += more.size();
  if (begin >= kSearched && at_ + kSearchedAtEnd < size_) return false;
  // Signatures that the last piece ended within.
  std::array<std::byte, 16> seam{};
  const u64 head = std::min<u64>(8, more.size());
  std::copy_n(tail_.begin(), tail_size_, seam.begin());
  std::copy_n(more.begin(), head, seam.begin() + static_cast<std::ptrdiff_t>(tail_size_));
  const ByteView across = ByteView(seam).first(tail_size_ + head);
  const u64 before = tail_size_;
  tail_size_ = std::min<u64>(7, more.size());
  std::copy_n(more.end() - static_cast<std::ptrdiff_t>(tail_size_), tail_size_, tail_.begin());
  return may_carry(across, begin - before) || may_carry(more, begin);
}

/// Whether an archive may begin in what is at `begin` of the content.
bool CarrierSearch::may_carry(ByteView seen, u64 begin) const {
  if (begin + seen.size() + kSearchedAtEnd > size_ && may_end_zip(seen, begin)) return true;
  if (script_ && begin < kScript && compressed_in_script(seen)) return true;
  return any_signature(seen, program_, [&](u64 at) {
    const u64 absolute = begin + at;
    const Place place{seen, at, size_ - std::min(absolute, size_), program_};
    const bool cut_off = begin + seen.size() < size_;
    if (absolute >= kSearched) return false;
    if (cut_off && seen.size() - at < kMostHeader) return true;
    if (cut_off && has_at(seen, at, kZipLocal)) return may_be_zip_member(place);
    return kind_at(place) != ArchiveKind::none;
  });
}

} // namespace coldsweep
