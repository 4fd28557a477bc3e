// SPDX-License-Identifier: Apache-2.0
#include "volume/volume_search.h"

#include "base/checked.h"
#include "base/endian.h"
#include "volume/boot_sector.h"
#include "volume/media_start.h"

#include <algorithm>
#include <functional>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr u64 kSector = 512, kPiece = 1_MiB;
constexpr u64 kCylinder = 255 * 63 * kSector, kTrack = 63 * kSector; // before Windows Vista
constexpr u64 kBeside = 64 * kSector; // searched sector by sector at both ends of a range
constexpr std::size_t kMostFound = 256;
constexpr u64 kLeastRecord = 1024, kFirstRecords = 64 * kLeastRecord;
constexpr u64 kBacks[] = {512, 1024, 2048, 4096}; // a backup is in the last sector

/// Whether a record is `place` bytes behind the start of $MFT by its own number, which NTFS 3.1
/// added.
bool is_numbered_record(ByteView bytes, u64 place) {
  return has_at(bytes, place, "FILE") && little<u16>(bytes, place + 4).value_or(0) >= 0x30 &&
         u64{little<u32>(bytes, place + 0x2C).value_or(0)} *
                 little<u32>(bytes, place + 0x1C).value_or(0) ==
             place;
}

/// Whether $MFT begins at `offset`: record 0, which is called $MFT, or, where that is lost, one
/// that follows it.
bool is_mft_at(const ByteSource& media, u64 offset) {
  const std::vector<std::byte> record = start_of(media, offset, kLeastRecord);
  const std::string_view name = chars_of(record);
  if (name.starts_with("FILE") && name.find("$\0M\0F\0T\0"sv) != std::string_view::npos)
    return true;
  std::vector<std::byte> first(std::min(kFirstRecords, saturating_subtract(media.end(), offset)));
  read_with_gaps(media, offset, first);
  for (u64 place = kLeastRecord; place < first.size(); place += kLeastRecord)
    if (is_numbered_record(first, place)) return true;
  return false;
}

bool leads_to_mft(const ByteSource& media, u64 start, const NtfsClaim& claim) {
  return is_mft_at(media, saturating_add(start, claim.mft)) ||
         is_mft_at(media, saturating_add(start, claim.mirror));
}

std::optional<FoundNtfs> confirmed(const ByteSource& media, u64 offset, const NtfsClaim& claim) {
  if (leads_to_mft(media, offset, claim)) return FoundNtfs{offset, claim.end(), offset};
  if (offset >= claim.size && leads_to_mft(media, offset - claim.size, claim))
    return FoundNtfs{offset - claim.size, claim.end(), offset};
  return std::nullopt;
}

/// Whether the backup boot sector is where the volume ends, or the media ends before.
bool ends_as_claimed(const ByteSource& media, u64 start, const NtfsClaim& claim) {
  const u64 end = saturating_add(start, claim.size);
  if (end >= media.end()) return true;
  const std::optional<NtfsClaim> backup = ntfs_claim(start_of(media, end, kSector));
  return backup && backup->size == claim.size;
}

class Search {
public:
  Search(const ByteSource& media, u64 from, u64 to)
      : media_(media), from_(from), to_(std::min(to, media.size())), at_(from) {}

  void at_alignments() {
    for (u64 at = from_; at < std::min(to_, saturating_add(from_, kBeside)); at += kSector)
      probe(at);
    u64 next = at_ / kSector * kSector;
    while (next < to_) {
      probe(next);
      next = next_aligned(std::max(next, at_ > next ? at_ - 1 : next));
    }
    for (u64 at = saturating_subtract(to_, kBeside) / kSector * kSector; at < to_; at += kSector)
      probe(at);
  }

  void at_every_sector() {
    std::vector<std::byte> piece(kPiece);
    for (u64 begin = from_; begin < to_; begin += kPiece) {
      const MutableBytes part = MutableBytes(piece).first(std::min(kPiece, to_ - begin));
      read_with_gaps(media_, begin, part);
      for (u64 at = 0; at + kSector <= part.size(); at += kSector)
        if (begin + at >= at_) judge(begin + at, ByteView(part).subspan(at, kSector));
    }
  }

  NtfsSearch found;

private:
  static u64 next_multiple(u64 after, u64 step, u64 shift) {
    return after < shift ? shift : ((after - shift) / step + 1) * step + shift;
  }
  static u64 next_aligned(u64 after) {
    u64 next = std::min({next_multiple(after, 1_MiB, 0), next_multiple(after, kCylinder, 0),
                         next_multiple(after, kCylinder, kTrack)});
    for (const u64 back : kBacks) next = std::min(next, next_multiple(after, 1_MiB, 1_MiB - back));
    return next;
  }

  void probe(u64 at) {
    if (at >= at_) judge(at, start_of(media_, at, kSector));
  }

  void judge(u64 at, ByteView sector) {
    const std::optional<NtfsClaim> claim = ntfs_claim(sector);
    if (!claim || found.volumes.size() + found.unconfirmed.size() >= kMostFound) return;
    const std::optional<FoundNtfs> volume = confirmed(media_, at, *claim);
    const bool lone =
        volume && volume->seen_at == volume->offset && !ends_as_claimed(media_, at, *claim);
    if (lone) {
      found.unconfirmed.push_back({at, true});
      at_ = at + kSector;
    } else if (volume && volume->offset >= at_) {
      found.volumes.push_back(*volume);
      at_ = std::max(at + kSector, saturating_add(volume->offset, volume->size));
    } else if (!volume && claim->has_oem_id) {
      found.unconfirmed.push_back({at, false});
      at_ = at + kSector;
    }
  }

  const ByteSource& media_;
  const u64 from_, to_;
  u64 at_; ///< everything before it was looked at, or is in a volume
};

} // namespace

std::optional<FoundNtfs> ntfs_by_boot_sector(const ByteSource& media, u64 offset) {
  const std::optional<NtfsClaim> claim = ntfs_claim(start_of(media, offset, kSector));
  return claim ? confirmed(media, offset, *claim) : std::nullopt;
}

NtfsSearch search_ntfs(const ByteSource& media, u64 from, u64 to, SearchStep step) {
  Search search(media, from, to);
  if (step == SearchStep::every_sector)
    search.at_every_sector();
  else
    search.at_alignments();
  return std::move(search.found);
}

} // namespace coldsweep
