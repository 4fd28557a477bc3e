// SPDX-License-Identifier: Apache-2.0
#include "image/ewf_source.h"

#include "base/checked.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {

EwfSource::EwfSource(std::unique_ptr<EwfHandle> first, std::vector<std::filesystem::path> segments,
                     std::size_t most_handles)
    : name_(segments.front().string()), size_(first->media_size()),
      handles_(
          std::move(first),
          [set = std::move(segments)] { return std::make_unique<EwfHandle>(set); }, most_handles) {}

void EwfSource::read(u64 offset, MutableBytes into) const {
  const u64 within = std::min<u64>(into.size(), saturating_subtract(size_, offset));
  if (within > 0) {
    auto handle = handles_.take();
    const std::optional<EwfHandle::Failure> failure = handle->read(offset, into.first(within));
    if (handle->worn()) handle.discard();
    if (failure)
      throw ReadError(
          failure->offset,
          fmt::format("{}: media offset {}: {}", name_, failure->offset, failure->message),
          failure->length);
  }
  if (within < into.size())
    throw ReadError(std::max(offset, size_),
                    fmt::format("offset {} of a media of {} bytes", offset + within, size_),
                    into.size() - within);
}

std::optional<u64> EwfSource::media_offset(u64 offset) const {
  if (offset >= size_) return std::nullopt;
  return offset;
}

} // namespace coldsweep
