// SPDX-License-Identifier: Apache-2.0
// The media of an EWF set, read through libewf with a handle for each reading thread.
//
// Not through libtsk: its EWF layer passes on the zeros that libewf puts in place of a chunk whose
// checksum is wrong, without a word. Here such a chunk is unreadable. (The checksum is an Adler-32:
// of changes that leave text-like content of the same length, about one in ten thousand passes it.
// Only the stored hash of the whole media shows those.)
#pragma once

#include "image/byte_source.h"
#include "image/ewf_handle.h"
#include "image/handle_pool.h"

namespace coldsweep {

class EwfSource final : public ByteSource {
public:
  EwfSource(std::unique_ptr<EwfHandle> first, std::vector<std::filesystem::path> segments,
            std::size_t most_handles);
  void read(u64 offset, MutableBytes into) const override;
  u64 size() const override { return size_; }
  std::optional<u64> media_offset(u64 offset) const override;

private:
  std::string name_;
  u64 size_;
  mutable HandlePool<EwfHandle> handles_;
};

} // namespace coldsweep
