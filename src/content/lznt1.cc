// SPDX-License-Identifier: Apache-2.0
#include "content/lznt1.h"

#include "base/endian.h"
#include "base/error.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kChunk = 4096;

struct Cursor {
  ByteView in;
  std::size_t at = 0;
  [[noreturn]] void broken(const char* what) const {
    throw FormatError(fmt::format("LZNT1: offset {}: {}", at, what));
  }
};

/// How many bits of a tuple give the length. The distance needs few while little of the chunk is
/// written.
unsigned length_bits(std::size_t written) {
  unsigned bits = 12;
  for (std::size_t reach = 16; reach < written; reach *= 2) --bits;
  return bits;
}

/// A tuple repeats earlier bytes of the same chunk.
std::size_t copy_tuple(u16 tuple, MutableBytes out, std::size_t written, const Cursor& cursor) {
  const unsigned bits = length_bits(written);
  const std::size_t length = (tuple & ((1u << bits) - 1)) + 3u;
  const std::size_t distance = (static_cast<std::size_t>(tuple) >> bits) + 1;
  if (distance > written) cursor.broken("a back reference to before its chunk");
  const std::size_t take = std::min(length, out.size() - written);
  std::byte* to = out.data() + written;
  const std::byte* from = to - distance;
  if (distance >= take)
    std::memcpy(to, from, take);
  else
    for (std::size_t i = 0; i < take; ++i) to[i] = from[i];
  return take;
}

/// Decompresses one chunk of `in` to at most 4,096 bytes.
void decompress_chunk(Cursor& cursor, std::size_t end, MutableBytes out) {
  std::size_t written = 0;
  while (cursor.at < end && written < out.size()) {
    unsigned flags = std::to_integer<unsigned>(cursor.in[cursor.at++]);
    for (int token = 0; token < 8 && cursor.at < end && written < out.size();
         ++token, flags >>= 1) {
      if ((flags & 1) == 0) {
        out[written++] = cursor.in[cursor.at++];
        continue;
      }
      if (cursor.at + 2 > end) cursor.broken("half a tuple at the end of a chunk");
      const u16 tuple = *little<u16>(cursor.in, cursor.at);
      written += copy_tuple(tuple, out, written, cursor);
      cursor.at += 2;
    }
  }
}

} // namespace

void decompress_lznt1(ByteView compressed, MutableBytes into) {
  std::fill(into.begin(), into.end(), std::byte{0});
  Cursor cursor{compressed};
  for (std::size_t begin = 0; begin < into.size(); begin += kChunk) {
    const std::optional<u16> header = little<u16>(compressed, cursor.at);
    if (!header || *header == 0) return; // the rest of the unit is zeros
    const std::size_t data = cursor.at + 2, length = (*header & 0x0FFFu) + 1u;
    if (((*header >> 12) & 7) != 3) cursor.broken("chunk signature 3 expected");
    if (!fits(data, length, compressed.size())) cursor.broken("a chunk reaches past the unit");
    const MutableBytes out = into.subspan(begin, std::min(kChunk, into.size() - begin));
    cursor.at = data;
    if ((*header & 0x8000) != 0)
      decompress_chunk(cursor, data + length, out);
    else
      std::memcpy(out.data(), compressed.data() + data, std::min(length, out.size()));
    cursor.at = data + length;
  }
}

} // namespace coldsweep
