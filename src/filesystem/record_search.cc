// SPDX-License-Identifier: Apache-2.0
#include "filesystem/record_search.h"

#include "base/endian.h"
#include "filesystem/update_sequence.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr u64 kStep = 4_MiB;
constexpr u64 kNumberedHeader = 0x30; // the array follows the record's number, which NTFS 3.1 added

bool is_plausible(ByteView record) {
  if (!has_at(record, 0, "FILE")) return false;
  const u64 array = *little<u16>(record, 4), words = *little<u16>(record, 6);
  const u64 attributes = *little<u16>(record, 20);
  const u64 used = *little<u32>(record, 24), allocated = *little<u32>(record, 28);
  if (words != record.size() / kUpdateStride + 1 || array < 0x2A || array % 2 != 0 ||
      array + words * 2 > attributes || attributes % 8 != 0 || attributes + 8 > used ||
      used > record.size() || allocated != record.size())
    return false;
  for (u64 i = 1; i < words; ++i)
    if (*little<u16>(record, i * kUpdateStride - 2) != *little<u16>(record, array)) return false;
  return true;
}

/// The ranges of [0, end) that are stored and that no extent covers.
std::vector<Extent> outside(std::span<const Extent> known, std::span<const Unstored> unstored,
                            u64 end) {
  std::vector<Extent> taken;
  for (const Unstored& range : unstored)
    taken.push_back({0, range.offset, range.length, Extent::Kind::stored});
  for (const Extent& extent : known)
    if (extent.kind == Extent::Kind::stored) taken.push_back(extent);
  std::sort(taken.begin(), taken.end(),
            [](const Extent& a, const Extent& b) { return a.source_offset < b.source_offset; });
  std::vector<Extent> left;
  u64 at = 0;
  for (const Extent& extent : taken) {
    const u64 to = std::min(extent.source_offset, end);
    if (to > at) left.push_back({0, at, to - at, Extent::Kind::stored});
    at = std::max(at, extent.source_offset + extent.length);
  }
  if (end > at) left.push_back({0, at, end - at, Extent::Kind::stored});
  return left;
}

} // namespace

std::vector<FoundRecord> search_records(const ByteSource& volume, const NtfsGeometry& geometry,
                                        std::span<const Extent> known, u64 most) {
  const u64 stride = std::min(geometry.cluster_size, geometry.record_size);
  std::vector<FoundRecord> found;
  std::vector<std::byte> buffer(kStep + geometry.record_size);
  for (const Extent& range :
       outside(known, volume.unstored(), std::min(volume.end(), volume.size()))) {
    for (u64 done = 0; done < range.length; done += kStep) {
      const u64 from = range.source_offset + done;
      const u64 own = std::min(kStep, range.length - done);
      const MutableBytes bytes =
          MutableBytes(buffer).first(std::min<u64>(buffer.size(), range.length - done));
      read_with_gaps(volume, from, bytes); // unreadable bytes become zeros, which are no record
      const u64 first = (from + stride - 1) / stride * stride - from;
      for (u64 at = first; at < own && at + geometry.record_size <= bytes.size(); at += stride) {
        const ByteView record = ByteView(bytes).subspan(at, geometry.record_size);
        if (!is_plausible(record)) continue;
        if (found.size() == most) return found;
        FoundRecord& one = found.emplace_back(FoundRecord{from + at, std::nullopt});
        if (*little<u16>(record, 4) >= kNumberedHeader) one.number = *little<u32>(record, 0x2C);
      }
    }
  }
  return found;
}

} // namespace coldsweep
