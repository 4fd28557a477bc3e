// SPDX-License-Identifier: Apache-2.0
#include "image/byte_source.h"

#include "base/checked.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {

SliceSource::SliceSource(SourcePtr of, u64 offset, u64 length)
    : of_(std::move(of)), offset_(offset), length_(length) {
  if (!checked_add(offset, length))
    throw FormatError(fmt::format("a volume at offset {} can't have {} bytes", offset, length));
  for (const Unstored& range : of_->unstored()) {
    const u64 from = std::max(range.offset, offset);
    const u64 to = std::min(range.offset + range.length, offset + length);
    if (from < to) unstored_.push_back({from - offset, to - from, range.zeros});
  }
}

u64 stored_size(const ByteSource& source) {
  const u64 end = std::min(source.size(), source.end());
  u64 stored = end;
  for (const Unstored& range : source.unstored())
    if (range.offset < end) stored -= std::min(range.length, end - range.offset);
  return stored;
}

void SliceSource::read(u64 offset, MutableBytes into) const {
  if (!fits(offset, into.size(), length_)) {
    const u64 within = saturating_subtract(length_, offset);
    if (within > 0) read(offset, into.first(within));
    throw ReadError(std::max(offset, length_),
                    fmt::format("offset {} of a volume of {} bytes", offset + within, length_),
                    into.size() - within);
  }
  try {
    of_->read(offset_ + offset, into);
  } catch (const ReadError& e) {
    throw ReadError(e.offset - offset_, e.what(), e.length);
  }
}

u64 SliceSource::end() const { return std::min(length_, saturating_subtract(of_->end(), offset_)); }

std::optional<u64> SliceSource::media_offset(u64 offset) const {
  if (offset >= length_) return std::nullopt;
  return of_->media_offset(offset_ + offset);
}

std::vector<Gap> read_with_gaps(const ByteSource& source, u64 offset, MutableBytes into, u64 step) {
  std::vector<Gap> gaps;
  const u64 readable = std::min<u64>(saturating_subtract(source.end(), offset), into.size());
  u64 done = 0;
  while (done < readable) {
    try {
      source.read(offset + done, into.subspan(done, readable - done));
      break;
    } catch (const ReadError& e) {
      // A library may report a byte before or after the requested range.
      const u64 bad = std::clamp<u64>(saturating_subtract(e.offset, offset), done, readable - 1);
      const u64 absolute = offset + bad;
      const u64 known_end = saturating_subtract(saturating_add(e.offset, e.length), offset);
      const u64 next =
          std::min<u64>(std::max((absolute / step + 1) * step - offset, known_end), readable);
      std::fill(into.begin() + static_cast<std::ptrdiff_t>(bad),
                into.begin() + static_cast<std::ptrdiff_t>(next), std::byte{0});
      if (!gaps.empty() && gaps.back().offset + gaps.back().length == absolute)
        gaps.back().length += next - bad;
      else
        gaps.push_back({absolute, next - bad, e.what()});
      done = next;
    }
  }
  if (readable < into.size()) {
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(readable), into.end(), std::byte{0});
    gaps.push_back(
        {offset + readable, into.size() - readable,
         fmt::format("offset {}: the evidence ends at {}", offset + readable, source.end())});
  }
  return gaps;
}

} // namespace coldsweep
