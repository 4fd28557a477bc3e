// SPDX-License-Identifier: Apache-2.0
#include "image/ewf_source.h"

#include "base/checked.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kLargestChunk = 16_MiB; // EnCase allows 32,768 sectors

} // namespace

EwfSource::EwfSource(std::shared_ptr<const EwfChunks> chunks, std::unique_ptr<EwfHandle> first,
                     std::vector<std::filesystem::path> segments, std::size_t most_handles)
    : name_(segments.front().string()), size_(first->media_size()),
      chunk_size_(std::max<u64>(first->chunk_size(), 1)), chunks_(std::move(chunks)),
      end_(chunks_->count() == 0
               ? size_
               : std::min(size_, checked_multiply(chunks_->count(), chunk_size_).value_or(size_))),
      decoded_(chunk_size_),
      handles_(
          std::move(first),
          [set = std::move(segments)] { return std::make_unique<EwfHandle>(set); }, most_handles) {}

void EwfSource::read(u64 offset, MutableBytes into) const {
  const u64 within = std::min<u64>(into.size(), saturating_subtract(end_, offset));
  for (u64 done = 0; done < within;) {
    const u64 to_boundary = chunk_size_ - (offset + done) % chunk_size_;
    const MutableBytes part = into.subspan(done, std::min(to_boundary, within - done));
    if (!read_chunk(offset + done, part)) read_through_libewf(offset + done, part);
    done += part.size();
  }
  if (within < into.size())
    throw ReadError(std::max(offset, end_),
                    fmt::format("offset {} of a media of {} bytes", offset + within, end_),
                    into.size() - within);
}

/// Reads within one chunk. A whole chunk is decompressed directly into place.
bool EwfSource::read_chunk(u64 offset, MutableBytes into) const {
  if (chunk_size_ > kLargestChunk) return false;
  const u64 chunk = offset / chunk_size_, from = offset % chunk_size_;
  const u64 size = std::min(chunk_size_, size_ - chunk * chunk_size_);
  const auto decode = [&](MutableBytes whole) { return chunks_->read(chunk, whole); };
  if (into.size() == size) return decoded_.copy(chunk, 0, into) || decode(into);
  return decoded_.copy_or_decode(chunk, size, from, into, decode);
}

void EwfSource::read_through_libewf(u64 offset, MutableBytes into) const {
  auto handle = handles_.take();
  const std::optional<EwfHandle::Failure> failure = handle->read(offset, into);
  if (handle->worn()) handle.discard();
  if (failure)
    throw ReadError(
        failure->offset,
        fmt::format("{}: media offset {}: {}", name_, failure->offset, failure->message),
        failure->length);
}

std::optional<u64> EwfSource::media_offset(u64 offset) const {
  if (offset >= size_) return std::nullopt;
  return offset;
}

} // namespace coldsweep
