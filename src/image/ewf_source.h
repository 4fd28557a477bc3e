// SPDX-License-Identifier: Apache-2.0
// The media of an EWF set. Intact chunks are read and decompressed here, on any thread. Damaged
// ones are read through libewf, with a handle for each reading thread.
//
// libtsk is not used: for a chunk with a wrong checksum, libewf returns zeros and libtsk's EWF
// layer passes them on silently. Here such a chunk is unreadable. (The checksum is an Adler-32.
// About one in ten thousand changes that keep text-like content the same length passes it. Only the
// stored hash of the whole media reveals those.)
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
  u64 end() const override { return end_; }
  std::optional<u64> media_offset(u64 offset) const override;

private:
  bool read_chunk(u64 offset, MutableBytes into) const;
  void read_through_libewf(u64 offset, MutableBytes into) const;

  std::string name_;
  u64 size_, chunk_size_;
  std::shared_ptr<const EwfChunks> chunks_;
  u64 end_; ///< of the chunks; a header can claim any number of sectors
  mutable ChunkCache decoded_;
  mutable HandlePool<EwfHandle> handles_;
};

} // namespace coldsweep
