// SPDX-License-Identifier: Apache-2.0
// The media of an EWF set. Chunks are read and unpacked here; one that is not as it should be is read through libewf,
// with a handle for each reading thread.
//
// Not through libtsk: its EWF layer passes on the zeros that libewf puts in place of a chunk whose
// checksum is wrong, without a word. Here such a chunk is unreadable. (The checksum is an Adler-32:
// of changes that leave text-like content of the same length, about one in ten thousand passes it.
// Only the stored hash of the whole media shows those.)
#pragma once

#include "image/byte_source.h"
#include "image/chunk_cache.h"
#include "image/ewf_chunks.h"
#include "image/ewf_handle.h"
#include "image/handle_pool.h"

namespace coldsweep {

class EwfSource final : public ByteSource {
public:
  EwfSource(std::shared_ptr<const EwfChunks> chunks, std::unique_ptr<EwfHandle> first,
            std::vector<std::filesystem::path> segments, std::size_t most_handles);
  void read(u64 offset, MutableBytes into) const override;
  u64 size() const override { return size_; }
  std::optional<u64> media_offset(u64 offset) const override;

private:
  bool read_chunk(u64 offset, MutableBytes into) const;
  void read_through_libewf(u64 offset, MutableBytes into) const;

  std::string name_;
  u64 size_, chunk_size_;
  std::shared_ptr<const EwfChunks> chunks_;
  mutable ChunkCache decoded_;
  mutable HandlePool<EwfHandle> handles_;
};

} // namespace coldsweep
