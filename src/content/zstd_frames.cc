// SPDX-License-Identifier: Apache-2.0
#include "content/zstd_frames.h"

#include "base/endian.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace coldsweep {
namespace {

constexpr u32 kFrameMagic = 0xFD2FB528;
constexpr u32 kSkippableMagic = 0x184D2A50, kSkippableMask = 0xFFFFFFF0;
constexpr std::array<u64, 4> kDictionaryBytes{0, 1, 2, 4};

struct FrameHeader {
  u64 size = 0; ///< of the header
  bool checksum = false;
  std::byte window{}; ///< Window_Descriptor, computed where the frame has none
  u64 dictionary_at = 0, dictionary_bytes = 0;
};

/// The smallest Window_Descriptor (3.1.1.1.2) of a window with room for `size` bytes.
std::byte window_for(u64 size) {
  const int log = std::max(10, static_cast<int>(std::bit_width(std::max<u64>(size, 1) - 1)));
  return static_cast<std::byte>(std::min(log - 10, 31) << 3);
}

/// Frame_Header (3.1.1.1). Absent if it is not valid or not whole.
std::optional<FrameHeader> frame_header(ByteView content, u64 at) {
  if (little<u32>(content, at) != kFrameMagic) return std::nullopt;
  const std::optional<u8> descriptor = little<u8>(content, at + 4);
  if (!descriptor || (*descriptor & 8) != 0) return std::nullopt;
  const unsigned size_flag = *descriptor >> 6;
  const bool single = (*descriptor & 32) != 0;
  FrameHeader header;
  header.checksum = (*descriptor & 4) != 0;
  header.dictionary_at = at + 5 + (single ? 0 : 1);
  header.dictionary_bytes = kDictionaryBytes[*descriptor & 3];
  const u64 size_bytes = size_flag == 0 ? (single ? 1 : 0) : u64{1} << size_flag;
  const u64 size_at = header.dictionary_at + header.dictionary_bytes;
  header.size = size_at + size_bytes - at;
  if (!fits(at, header.size, content.size())) return std::nullopt;
  if (!single) {
    header.window = content[at + 5];
    return header;
  }
  u64 stated = 0;
  for (u64 i = size_bytes; i-- > 0;)
    stated = stated << 8 | std::to_integer<u64>(content[size_at + i]);
  header.window = window_for(stated + (size_bytes == 2 ? 256 : 0));
  return header;
}

struct Block {
  u64 end = 0;
  bool last = false;
};

/// Absent if it is not whole or of the reserved type.
std::optional<Block> block_at(ByteView content, u64 at) {
  const std::optional<u16> low = little<u16>(content, at);
  const std::optional<u8> high = little<u8>(content, at + 2);
  if (!low || !high) return std::nullopt;
  const u32 header = *low | u32{*high} << 16;
  const u32 type = header >> 1 & 3;
  if (type == 3) return std::nullopt;
  const u64 stored = type == 1 ? 1 : header >> 3; // of a run, the byte that is repeated
  if (!fits(at + 3, stored, content.size())) return std::nullopt;
  return Block{at + 3 + stored, (header & 1) != 0};
}

/// Calls `use(frame, header, block_at, block)` for each whole block until it returns false.
template <class Use> ZstdStream walk_blocks(ByteView content, Use&& use) {
  ZstdStream stream;
  u64 at = 0;
  while (at < content.size()) {
    const std::optional<u32> magic = little<u32>(content, at);
    if (magic && (*magic & kSkippableMask) == kSkippableMagic) {
      const u64 size = little<u32>(content, at + 4).value_or(0);
      stream.broken = !fits(at, 8 + size, content.size());
      at = stream.broken ? content.size() : at + 8 + size;
      stream.end = at;
      continue;
    }
    if (magic != kFrameMagic) return stream;
    const std::optional<FrameHeader> header = frame_header(content, at);
    stream.broken = true;
    stream.end = content.size();
    if (!header) return stream;
    u64 next = at + header->size;
    for (bool last = false; !last;) {
      const std::optional<Block> block = block_at(content, next);
      if (!block) {
        stream.end = next;
        return stream;
      }
      ++stream.blocks;
      if (!use(at, *header, next, *block)) return stream;
      next = block->end;
      last = block->last;
    }
    if (header->checksum && !fits(next, 4, content.size())) return stream;
    at = stream.end = next + (header->checksum ? 4 : 0);
    stream.broken = false;
  }
  return stream;
}

} // namespace

ZstdStream zstd_stream(ByteView content) {
  return walk_blocks(content, [](u64, const FrameHeader&, u64, const Block&) { return true; });
}

ZstdPrefix::ZstdPrefix(ByteView content, u64 blocks) {
  if (blocks == 0) return;
  walk_blocks(content, [&](u64 frame, const FrameHeader& header, u64 at, const Block& block) {
    if (--blocks > 0) return true;
    // No stated size, which would be wrong, and no checksum.
    u64 used = 4;
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(frame), 4, frame_header_.begin());
    const std::byte dictionary = content[frame + 4] & std::byte{3};
    frame_header_[used++] = dictionary;
    frame_header_[used++] = header.window;
    for (u64 i = 0; i < header.dictionary_bytes; ++i)
      frame_header_[used++] = content[header.dictionary_at + i];
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(at), 3, block_header_.begin());
    block_header_[0] |= std::byte{1}; // Last_Block
    const u64 first = frame + header.size;
    pieces_ = {content.first(frame), ByteView(frame_header_).first(used),
               content.subspan(first, at - first), block_header_,
               content.subspan(at + 3, block.end - at - 3)};
    return false;
  });
}

} // namespace coldsweep
