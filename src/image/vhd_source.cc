// SPDX-License-Identifier: Apache-2.0
// "Virtual Hard Disk Image Format Specification", Microsoft, 2006. The table has the sector of the
// file at which a block begins, or 0xFFFFFFFF for a block of zeros. A block begins with a bitmap, a
// bit for each sector, the first in the most significant bit. Sectors whose bit is not set were
// never written, and read as zeros.
#include "image/vhd_source.h"

#include "base/endian.h"
#include "image/raw_source.h"
#include "image/unstored_ranges.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512;
constexpr u32 kNone = 0xFFFFFFFF;
constexpr u64 kEntriesAtOnce = 16'384;

class VhdSource final : public ByteSource {
public:
  VhdSource(EvidenceFile file, VhdLayout& layout)
      : file_(std::move(file)), media_(layout.media), block_(layout.block), table_(layout.table),
        table_end_(layout.table + layout.blocks() * 4), end_(layout.end),
        bitmap_(((block_ / kSector + 7) / 8 + kSector - 1) / kSector * kSector) {
    find_shared_places(layout.blocks());
    find_unstored(layout);
  }

  void read(u64 offset, MutableBytes into) const override {
    while (!into.empty()) {
      if (offset >= media_)
        throw ReadError(offset, fmt::format("offset {} of a media of {} bytes", offset, media_),
                        into.size());
      const u64 block = offset / block_;
      const MutableBytes part =
          into.first(std::min<u64>(into.size(), block * block_ + length_of(block) - offset));
      read_in_block(block, offset, part);
      offset += part.size();
      into = into.subspan(part.size());
    }
  }
  u64 size() const override { return media_; }
  u64 end() const override { return stored_end(unstored_, media_); }
  std::span<const Unstored> unstored() const override { return unstored_; }
  std::optional<u64> media_offset(u64 offset) const override {
    if (offset >= media_) return std::nullopt;
    return offset;
  }

private:
  /// Bytes of the media in the block.
  u64 length_of(u64 block) const { return std::min(block_, media_ - block * block_); }

  /// How many bytes of the block can be read, from its first on.
  u64 readable(u64 block, u32 entry) const {
    const u64 at = u64{entry} * kSector;
    const u64 length = length_of(block);
    const u64 stored = std::min(saturating_subtract(end_, at + bitmap_), length);
    const bool over_table = at < table_end_ && table_ < at + bitmap_ + stored;
    if (at == 0 || over_table || std::binary_search(shared_.begin(), shared_.end(), entry))
      return 0;
    return stored;
  }

  /// `use(block, entry)` for each block.
  template <typename Use> void for_each_block(u64 blocks, const Use& use) const {
    for (u64 first = 0; first < blocks; first += kEntriesAtOnce) {
      const u64 count = std::min(kEntriesAtOnce, blocks - first);
      const std::vector<std::byte> part = file_.bytes(table_ + first * 4, count * 4);
      for (u64 i = 0; i < count; ++i) use(first + i, *big<u32>(part, i * 4));
    }
  }

  /// At most one of the blocks that claim the same bytes has its own content there, and nothing
  /// says which.
  void find_shared_places(u64 blocks) {
    std::vector<u32> places;
    u32 last = kNone; // the block with the end of the media may be shorter in the file, too
    for_each_block(blocks, [&](u64 block, u32 entry) {
      if (entry != kNone && readable(block, entry) > 0) places.push_back(entry);
      if (block + 1 == blocks) last = entry;
    });
    std::sort(places.begin(), places.end());
    u64 end = 0;
    u32 whose = 0;
    for (const u32 place : places) {
      const u64 at = u64{place} * kSector;
      if (at < end) {
        if (shared_.empty() || shared_.back() != whose) shared_.push_back(whose);
        if (place != whose) shared_.push_back(place);
      }
      const u64 length = place == last ? length_of(blocks - 1) : block_;
      if (at + bitmap_ + length >= end) {
        end = at + bitmap_ + length;
        whose = place;
      }
    }
    std::sort(shared_.begin(), shared_.end());
  }

  void find_unstored(VhdLayout& layout) {
    UnstoredRanges unstored;
    u64 missing = 0, bytes = 0, first = 0;
    for_each_block(layout.blocks(), [&](u64 block, u32 entry) {
      const u64 offset = block * block_, length = length_of(block);
      if (entry == kNone) return unstored.add(offset, length, true);
      const u64 stored = readable(block, entry);
      if (stored == length) return;
      unstored.add(offset + stored, length - stored, false);
      if (missing++ == 0) first = offset + stored;
      bytes += length - stored;
    });
    unstored_ = unstored.take();
    if (missing > 0)
      layout.problems.push_back(
          fmt::format("{} bytes in {} blocks of the VHD are unreadable, the first at media offset "
                      "{}: their place is past the end of the file, or overlaps another block",
                      bytes, missing, first));
  }

  void read_in_block(u64 block, u64 offset, MutableBytes into) const {
    std::array<std::byte, 4> bytes{};
    read_structure(table_ + block * 4, bytes, offset);
    const u32 entry = *big<u32>(bytes, 0);
    if (entry == kNone) {
      std::fill(into.begin(), into.end(), std::byte{0});
      return;
    }
    const u64 within = offset - block * block_;
    const u64 held = saturating_subtract(readable(block, entry), within);
    const u64 length = std::min<u64>(held, into.size());
    if (length > 0) read_sectors(u64{entry} * kSector, offset, into.first(length));
    if (length < into.size())
      throw ReadError(offset + length,
                      fmt::format("{}: media offset {}: the file does not hold it: block {} is "
                                  "said to be at offset {}, blocks end at {}",
                                  file_.path().string(), offset + length, block,
                                  u64{entry} * kSector, end_),
                      length_of(block) - within - length);
  }

  /// Reads within the block that is at `at` of the file.
  void read_sectors(u64 at, u64 offset, MutableBytes into) const {
    std::array<std::byte, 512> bitmap{};
    while (!into.empty()) {
      const u64 within = offset % block_, first = within / kSector / 8 * 8;
      const u64 held = (first + bitmap.size() * 8) * kSector - within;
      const MutableBytes part = into.first(std::min<u64>(into.size(), held));
      const u64 last = (within + part.size() - 1) / kSector;
      read_structure(at + first / 8, std::span(bitmap).first((last - first) / 8 + 1), offset);
      const auto is_stored = [&](u64 sector) {
        const u8 bits = std::to_integer<u8>(bitmap[(sector - first) / 8]);
        return (bits >> (7 - sector % 8) & 1U) != 0;
      };
      for (u64 sector = within / kSector, done = 0; done < part.size();) {
        const bool stored = is_stored(sector);
        while (sector <= last && is_stored(sector) == stored) ++sector;
        const u64 to = std::min<u64>(sector * kSector - within, part.size());
        const MutableBytes run = part.subspan(done, to - done);
        if (stored)
          read_data(at + bitmap_ + within + done, run, offset + done);
        else
          std::fill(run.begin(), run.end(), std::byte{0});
        done = to;
      }
      offset += part.size();
      into = into.subspan(part.size());
    }
  }

  void read_data(u64 at, MutableBytes into, u64 media_offset) const {
    try {
      file_.file.read(at, into);
    } catch (const ReadError& e) {
      throw ReadError(media_offset + (e.offset - at), e.what());
    }
  }

  /// `media_offset` is what can't be read without it.
  void read_structure(u64 at, MutableBytes into, u64 media_offset) const {
    try {
      file_.file.read(at, into);
    } catch (const ReadError& e) {
      throw ReadError(media_offset, e.what());
    }
  }

  EvidenceFile file_;
  u64 media_, block_, table_, table_end_, end_, bitmap_;
  std::vector<u32> shared_; ///< entries of blocks that overlap others, sorted
  std::vector<Unstored> unstored_;
};

} // namespace

SourcePtr open_vhd_source(EvidenceFile file, VhdLayout& layout) {
  if (layout.block > 0) return std::make_shared<VhdSource>(std::move(file), layout);
  std::vector<EvidenceFile> files;
  files.push_back(std::move(file));
  return std::make_shared<SliceSource>(std::make_shared<ConcatSource>(std::move(files)), 0,
                                       layout.media);
}

} // namespace coldsweep
