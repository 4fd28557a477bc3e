// SPDX-License-Identifier: Apache-2.0
// The blocks of a Zstandard stream (RFC 8878), and the pieces of a valid stream of only the first
// of them. So what was cut or damaged can be decoded up to the last whole block. Any thread.
// Private to content/.
#pragma once

#include "base/types.h"

#include <array>
#include <vector>

namespace coldsweep {

struct ZstdStream {
  u64 blocks = 0;      ///< whole ones, in all frames
  u64 end = 0;         ///< of the last whole frame, or where the broken frame breaks off
  bool broken = false; ///< the last frame is not whole
};

/// The frames that begin at 0, one behind the other, skippable ones included.
ZstdStream zstd_stream(ByteView content);

/// A stream of the first `blocks` blocks, made of parts of `content` and of its own bytes.
class ZstdPrefix {
public:
  ZstdPrefix(ByteView content, u64 blocks);
  ZstdPrefix(const ZstdPrefix&) = delete;
  ZstdPrefix& operator=(const ZstdPrefix&) = delete;
  const std::vector<ByteView>& pieces() const { return pieces_; }

private:
  std::array<std::byte, 18> frame_header_{};
  std::array<std::byte, 3> block_header_{};
  std::vector<ByteView> pieces_;
};

} // namespace coldsweep
