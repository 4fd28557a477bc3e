// SPDX-License-Identifier: Apache-2.0
#include "content/xpress_huffman.h"

#include "base/error.h"
#include "content/lz_match.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kTableBytes = 256;
constexpr unsigned kLiterals = 256;
constexpr unsigned kLongLength = 15; // further bytes give the rest
constexpr std::size_t kShortestMatch = 3;

/// Bits come in words of 16. Bytes that extend a length are between the words, at the position that
/// the reader has reached. So it must hold 16 bits, and at most one word more: MS-XCA 2.2.4 reads
/// that far ahead.
class Reader {
public:
  Reader(ByteView in, std::size_t at) : in_(in), at_(at) {}

  /// The next 16 bits; past the end of the data they are zeros.
  u32 peek() {
    if (count_ < 16) add_word();
    return bits_ >> 16;
  }
  /// No more bits than were peeked at.
  void drop(unsigned bits) {
    bits_ <<= bits;
    count_ -= bits;
  }
  unsigned byte() {
    if (at_ >= in_.size()) broken("the data ends within a length");
    return std::to_integer<unsigned>(in_[at_++]);
  }
  unsigned word() {
    const unsigned low = byte();
    return byte() << 8 | low;
  }
  /// Zeros past the end may be peeked at, but not used.
  void check_end() const {
    if (count_ < beyond_) broken("the data ends before the chunk is complete");
  }
  [[noreturn]] void broken(const char* what) const {
    throw FormatError(fmt::format("XPRESS: offset {}: {}", at_, what));
  }

private:
  void add_word() {
    u32 next = 0;
    if (in_.size() - at_ >= 2) [[likely]] {
      next = std::to_integer<u32>(in_[at_]) | std::to_integer<u32>(in_[at_ + 1]) << 8;
      at_ += 2;
    } else {
      check_end();
      beyond_ += 16;
    }
    bits_ |= next << (16 - count_);
    count_ += 16;
  }

  ByteView in_;
  std::size_t at_;
  u32 bits_ = 0; ///< left-justified
  unsigned count_ = 0;
  unsigned beyond_ = 0; ///< how many of the last bits are from past the end
};

std::size_t match_length(unsigned symbol, Reader& reader) {
  std::size_t length = symbol & kLongLength;
  if (length < kLongLength) return length + kShortestMatch;
  const unsigned more = reader.byte();
  length += more;
  if (more == 255) {
    length = reader.word();
    if (length < kLongLength) reader.broken("a length in two bytes that would fit in four bits");
  }
  return length + kShortestMatch;
}

} // namespace

void XpressHuffman::decompress(ByteView compressed, MutableBytes into) {
  Reader reader(compressed, kTableBytes);
  if (compressed.size() < kTableBytes)
    throw FormatError(fmt::format("XPRESS: {} bytes, fewer than the {} of its code lengths",
                                  compressed.size(), kTableBytes));
  std::array<u8, kSymbols> lengths{};
  for (std::size_t i = 0; i < kTableBytes; ++i) {
    const u8 pair = std::to_integer<u8>(compressed[i]);
    lengths[2 * i] = pair & 15;
    lengths[2 * i + 1] = pair >> 4;
  }
  if (!codes_.build(lengths)) throw FormatError("XPRESS: offset 0: more codes than there can be");

  std::size_t written = 0;
  while (written < into.size()) {
    const auto code = codes_.decode(reader.peek());
    if (code.length == 0) reader.broken("bits that are no code");
    reader.drop(code.length);
    if (code.symbol < kLiterals) {
      into[written++] = static_cast<std::byte>(code.symbol);
      continue;
    }
    const unsigned distance_bits = (code.symbol - kLiterals) >> 4;
    const u32 next = reader.peek(); // before the length's bytes, which follow the words read so far
    const std::size_t distance = (1u << distance_bits) | (next >> (16 - distance_bits));
    const std::size_t length = match_length(code.symbol - kLiterals, reader);
    reader.drop(distance_bits);
    if (distance > written) reader.broken("a back reference to before its chunk");
    if (length > into.size() - written) reader.broken("a match that reaches past its chunk");
    copy_match(into, written, distance, length);
    written += length;
  }
  reader.check_end();
}

} // namespace coldsweep
