// SPDX-License-Identifier: Apache-2.0
#include "image/known_gaps.h"

#include "base/checked.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

class GappedSource final : public ByteSource {
public:
  GappedSource(SourcePtr of, std::vector<MediaRange> gaps, std::string recorded_in)
      : of_(std::move(of)), gaps_(std::move(gaps)), recorded_in_(std::move(recorded_in)) {}

  void read(u64 offset, MutableBytes into) const override {
    const auto gap =
        std::lower_bound(gaps_.begin(), gaps_.end(), offset,
                         [](const MediaRange& g, u64 at) { return g.offset + g.length <= at; });
    if (gap == gaps_.end() || gap->offset >= saturating_add(offset, into.size()))
      return of_->read(offset, into);
    const u64 bad = std::max(gap->offset, offset);
    if (bad > offset) of_->read(offset, into.first(bad - offset));
    throw ReadError(bad,
                    fmt::format("offset {}: could not be read when the media was acquired ({})",
                                bad, recorded_in_),
                    gap->offset + gap->length - bad);
  }
  u64 size() const override { return of_->size(); }
  u64 end() const override { return of_->end(); }
  std::span<const Unstored> unstored() const override { return of_->unstored(); }
  std::optional<u64> media_offset(u64 offset) const override { return of_->media_offset(offset); }

private:
  SourcePtr of_;
  std::vector<MediaRange> gaps_;
  std::string recorded_in_;
};

} // namespace

std::vector<MediaRange> merged_ranges(std::vector<MediaRange> ranges, u64 size) {
  std::sort(ranges.begin(), ranges.end(),
            [](const MediaRange& a, const MediaRange& b) { return a.offset < b.offset; });
  std::vector<MediaRange> merged;
  for (const MediaRange& range : ranges) {
    if (range.offset >= size || range.length == 0) continue;
    const u64 end = std::min(saturating_add(range.offset, range.length), size);
    if (!merged.empty() && range.offset <= merged.back().offset + merged.back().length)
      merged.back().length = std::max(merged.back().length, end - merged.back().offset);
    else
      merged.push_back({range.offset, end - range.offset});
  }
  return merged;
}

SourcePtr with_known_gaps(SourcePtr of, std::vector<MediaRange> gaps, std::string recorded_in) {
  if (gaps.empty()) return of;
  return std::make_shared<GappedSource>(std::move(of), std::move(gaps), std::move(recorded_in));
}

} // namespace coldsweep
