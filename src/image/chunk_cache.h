// SPDX-License-Identifier: Apache-2.0
// Decoded chunks of an E01 image, shared by the reading threads. Neighbouring streams share chunks
// and are read by different threads. The cache lets each chunk be decoded only once.
#pragma once

#include "base/types.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace coldsweep {

/// Any thread. Chunks are numbered in media order, and chunk N goes to place N modulo the number of
/// places. So a sequential read keeps its most recent chunks.
class ChunkCache {
public:
  explicit ChunkCache(std::size_t chunk_size)
      : places_(std::clamp<std::size_t>(kMemory / std::max<std::size_t>(chunk_size, 1), 4, 1024)) {}

  /// Copies the bytes at `from` within the chunk, if the chunk is cached. False if it isn't.
  bool copy(u64 chunk, std::size_t from, MutableBytes into) {
    Place& place = place_of(chunk);
    const std::scoped_lock lock(place.mutex);
    return place.copy(chunk, from, into);
  }

  /// The same, but if the chunk isn't cached, `decode` fills its `size` bytes, while other threads
  /// that want the chunk wait. False if `decode` returns false.
  template <typename Decode>
  bool copy_or_decode(u64 chunk, std::size_t size, std::size_t from, MutableBytes into,
                      const Decode& decode) {
    Place& place = place_of(chunk);
    const std::scoped_lock lock(place.mutex);
    if (place.copy(chunk, from, into)) return true;
    place.chunk = kNone;
    place.bytes.resize(size);
    if (!decode(MutableBytes(place.bytes))) return false;
    place.chunk = chunk;
    return place.copy(chunk, from, into);
  }

private:
  static constexpr std::size_t kMemory = 8_MiB;
  static constexpr u64 kNone = ~u64{0};

  struct Place {
    bool copy(u64 wanted, std::size_t from, MutableBytes into) const {
      if (wanted != chunk || from > bytes.size() || into.size() > bytes.size() - from) return false;
      std::ranges::copy(ByteView(bytes).subspan(from, into.size()), into.begin());
      return true;
    }

    std::mutex mutex;
    u64 chunk = kNone;
    std::vector<std::byte> bytes;
  };

  Place& place_of(u64 chunk) { return places_[chunk % places_.size()]; }

  std::vector<Place> places_;
};

} // namespace coldsweep
