// SPDX-License-Identifier: Apache-2.0
#include "image/raw_source.h"

#include "base/checked.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {

ConcatSource::ConcatSource(std::vector<EvidenceFile> segments) : segments_(std::move(segments)) {
  for (const EvidenceFile& segment : segments_) {
    starts_.push_back(size_);
    const std::optional<u64> end = checked_add(size_, segment.size);
    if (!end)
      throw FormatError(fmt::format("{}: the segments together are larger than any disk",
                                    segment.path().string()));
    size_ = *end;
  }
}

void ConcatSource::read(u64 offset, MutableBytes into) const {
  while (!into.empty()) {
    if (offset >= size_)
      throw ReadError(offset, fmt::format("offset {} of a media of {} bytes", offset, size_),
                      into.size());
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const std::size_t index = static_cast<std::size_t>(after - starts_.begin()) - 1;
    const u64 within = offset - starts_[index];
    const u64 length = std::min<u64>(into.size(), segments_[index].size - within);
    try {
      segments_[index].file.read(within, into.first(length));
    } catch (const ReadError& e) {
      throw ReadError(starts_[index] + e.offset, e.what());
    }
    offset += length;
    into = into.subspan(length);
  }
}

std::optional<u64> ConcatSource::media_offset(u64 offset) const {
  if (offset >= size_) return std::nullopt;
  return offset;
}

} // namespace coldsweep
