// SPDX-License-Identifier: Apache-2.0
#include "recheck/media_content.h"

#include "base/checked.h"
#include "content/lznt1.h"
#include "content/wof.h"
#include "filesystem/extents.h"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kPiece = 1_MiB;
constexpr u64 kUsualUnit = 16; // clusters in a compression unit of NTFS
constexpr u64 kMostClusters = kMostCompressionUnit / 512;
/// A sweep hashes a content as a whole if its holes are no more than what is stored of it and 16
/// MiB (plan_windows in content/). Twice that, because ranges of a damaged volume may overlap.
constexpr u64 kMostTimesMedia = 4;
constexpr u64 kFreeHoles = 16_MiB;

/// The encoding of that name in the manifest, if it is one of WOF's.
std::optional<Encoding> wof_encoding(const std::string& name) {
  for (const Encoding encoding :
       {Encoding::wof_xpress4k, Encoding::wof_xpress8k, Encoding::wof_xpress16k, Encoding::wof_lzx})
    if (name == name_of(encoding)) return encoding;
  return std::nullopt;
}

u32 chunk_of(Encoding encoding) {
  switch (encoding) {
  case Encoding::wof_xpress8k: return 8 << 10;
  case Encoding::wof_xpress16k: return 16 << 10;
  case Encoding::wof_lzx: return 32 << 10;
  default: return 4 << 10;
  }
}

void take_zeros(u64 count, const TakeBytes& take) {
  const std::vector<std::byte> zeros(std::min(count, kPiece));
  for (u64 done = 0; done < count; done += zeros.size())
    take(ByteView(zeros).first(std::min<u64>(zeros.size(), count - done)));
}

/// Extents must be in the order of the stream, and must not overlap.
void require_order(const report::FindingRow& finding) {
  u64 end = 0;
  for (const report::ExtentRow& extent : finding.extents) {
    if (extent.offset < end || !checked_add(extent.offset, extent.length))
      throw FormatError("its extents are not in order");
    end = extent.offset + extent.length;
  }
}

/// The longest content that a sweep can have hashed. What is not stored is zeros, and the manifest
/// is free to claim any number of them.
u64 most_content(u64 media_size, u64 unit) {
  const u64 times = kMostTimesMedia * std::max<u64>(unit, 1);
  return saturating_add(
      checked_multiply(media_size, times).value_or(std::numeric_limits<u64>::max()), kFreeHoles);
}

/// Returns why the unit can't be decompressed; all of it is zeros then. Empty if it can.
std::string decompress(ByteView stored, MutableBytes unit, u64 offset) {
  try {
    decompress_lznt1(stored, unit);
  } catch (const FormatError& e) {
    std::fill(unit.begin(), unit.end(), std::byte{0});
    return fmt::format("compression unit at offset {}: {}", offset, e.what());
  }
  return {};
}

u64 length_of(const std::vector<Gap>& gaps) {
  u64 sum = 0;
  for (const Gap& gap : gaps) sum += gap.length;
  return sum;
}

u64 place_of(const report::ExtentRow& extent) {
  if (!extent.media_offset) throw FormatError("one of its extents is not on the media");
  return *extent.media_offset;
}

} // namespace

std::vector<std::byte> MediaContent::at(u64 media_offset, u64 length) const {
  if (!fits(media_offset, length, media_->size()))
    throw ReadError(media_offset, "past the end of the media");
  std::vector<std::byte> bytes(length);
  media_->read(media_offset, bytes);
  return bytes;
}

std::vector<u64> MediaContent::possible_units(const report::FindingRow& finding) const {
  if (finding.encoding != name_of(Encoding::lznt1)) return {0};
  std::vector<u64> units{kUsualUnit};
  const u64 most = cluster_size_ == 0 ? 0 : kMostCompressionUnit / cluster_size_;
  for (u64 unit = 2; unit <= std::min(most, kMostClusters); unit *= 2)
    if (unit != kUsualUnit) units.push_back(unit);
  return units;
}

ContentDamage MediaContent::read(const report::FindingRow& finding, u64 unit,
                                 const TakeBytes& take) const {
  require_order(finding);
  if (const u64 most = most_content(media_->size(), unit); finding.size > most)
    throw FormatError(fmt::format("its {} bytes are more than a sweep hashes on such media ({})",
                                  finding.size, most));
  if (finding.size == 0) return {};
  if (unit > 0) return read_lznt1(finding, unit * cluster_size_, take);
  if (wof_encoding(finding.encoding)) return read_wof(finding, take);
  const u64 from = finding.within_offset.value_or(0);
  if (!checked_add(from, finding.size)) throw FormatError("its size is not possible");
  return read_plain(finding, from, finding.size, take);
}

void MediaContent::fill(u64 media_offset, MutableBytes into, ContentDamage& damage) const {
  const Extent extent{0, media_offset, into.size(), Extent::Kind::stored};
  const std::vector<Gap> gaps = read_extents(*media_, std::span(&extent, 1), 0, into);
  if (!gaps.empty() && damage.unreadable.empty()) damage.unreadable = gaps.front().message;
}

ContentDamage MediaContent::read_plain(const report::FindingRow& finding, u64 from, u64 size,
                                       const TakeBytes& take) const {
  ContentDamage damage;
  std::vector<std::byte> piece;
  u64 at = from;
  const u64 end = from + size;
  for (const report::ExtentRow& extent : finding.extents) {
    const u64 first = std::max(extent.offset, at);
    const u64 last = std::min(end, extent.offset + extent.length);
    if (first >= last) continue;
    take_zeros(first - at, take);
    const u64 place = place_of(extent) + (first - extent.offset);
    for (u64 done = 0; done < last - first; done += kPiece) {
      piece.resize(std::min(kPiece, last - first - done));
      fill(place + done, piece, damage);
      take(piece);
    }
    at = last;
  }
  take_zeros(end - at, take);
  return damage;
}

ContentDamage MediaContent::read_lznt1(const report::FindingRow& finding, u64 unit,
                                       const TakeBytes& take) const {
  if (unit == 0 || unit > kMostCompressionUnit)
    throw FormatError("NTFS does not compress with this cluster size");
  ContentDamage all;
  std::vector<std::byte> content(unit), stored;
  auto extent = finding.extents.begin();
  for (u64 start = 0; start < finding.size; start += unit) {
    stored.clear();
    ContentDamage damage;
    while (extent != finding.extents.end() && extent->offset + extent->length <= start) ++extent;
    for (auto part = extent; part != finding.extents.end() && part->offset < start + unit; ++part) {
      const u64 first = std::max(part->offset, start);
      const u64 last = std::min(part->offset + part->length, start + unit);
      stored.resize(stored.size() + (last - first));
      fill(place_of(*part) + (first - part->offset), MutableBytes(stored).last(last - first),
           damage);
    }
    std::fill(content.begin(), content.end(), std::byte{0});
    if (stored.size() == unit)
      content = stored;
    else if (!stored.empty() && damage.unreadable.empty())
      damage.undecodable = decompress(stored, content, start);
    if (all.unreadable.empty()) all.unreadable = std::move(damage.unreadable);
    if (all.undecodable.empty()) all.undecodable = std::move(damage.undecodable);
    take(ByteView(content).first(std::min(unit, finding.size - start)));
  }
  return all;
}

ContentDamage MediaContent::read_wof(const report::FindingRow& finding,
                                     const TakeBytes& take) const {
  if (finding.size > most_decoded_)
    throw RecheckLimit(
        fmt::format("it is compressed through WOF, and larger than {} bytes", most_decoded_));
  std::vector<Extent> extents;
  StreamRef stream;
  for (const report::ExtentRow& extent : finding.extents) {
    extents.push_back({extent.offset, place_of(extent), extent.length, Extent::Kind::stored});
    stream.stored_size = extent.offset + extent.length;
  }
  stream.size = stream.initialized = finding.size;
  stream.encoding = *wof_encoding(finding.encoding);
  stream.compression_unit = chunk_of(stream.encoding);
  stream.extents = extents;
  if (const std::string why = impossible_wof_table(stream, stream.stored_size); !why.empty())
    throw FormatError(why);
  ContentDamage damage;
  WofDecoder decoder;
  std::vector<std::byte> content(std::min<u64>(finding.size, 16 * kPiece));
  for (u64 done = 0; done < finding.size; done += content.size()) {
    const MutableBytes part =
        MutableBytes(content).first(std::min<u64>(content.size(), finding.size - done));
    const WofGaps found = decoder.read(*media_, {stream, done, part});
    const bool unreadable = length_of(found.gaps) > found.damaged_bytes;
    if (damage.undecodable.empty()) damage.undecodable = found.damage;
    if (unreadable && damage.unreadable.empty()) damage.unreadable = found.gaps.front().message;
    take(part);
  }
  return damage;
}

} // namespace coldsweep
