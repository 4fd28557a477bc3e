// SPDX-License-Identifier: Apache-2.0
// How WIM's LZX differs from that of cabinets: the state is reset for each chunk; one bit says that
// a block has 32,768 bytes, and without it 16 bits give the size; and x86 calls are translated back
// in every chunk as if the file had 12,000,000 bytes.
#include "content/lzx.h"

#include "base/endian.h"
#include "base/error.h"
#include "content/lz_match.h"

#include <cstring>

#include <fmt/format.h>

namespace coldsweep {

/// Words of 16 bits, most significant bit first.
class LzxReader {
public:
  explicit LzxReader(ByteView in) : in_(in) {}

  /// Makes at least 49 bits available: a match needs no more. Past the end of the data they are
  /// zeros.
  void refill() {
    if (count_ >= 49) return;
    if (fits(at_, 8, in_.size())) [[likely]] {
      u64 words = 0;
      for (std::size_t i = 0; i < 8; i += 2)
        words = words << 16 | std::to_integer<u64>(in_[at_ + i]) |
                std::to_integer<u64>(in_[at_ + i + 1]) << 8;
      // The first bits of a word that doesn't fit are ORed in twice, which changes nothing.
      bits_ |= words >> count_;
      at_ += (64 - count_) / 16 * 2;
      count_ += (64 - count_) / 16 * 16;
      return;
    }
    while (count_ <= 48) add_word();
  }
  u32 peek16() const { return static_cast<u32>(bits_ >> 48); }
  void drop(unsigned bits) {
    bits_ <<= bits;
    count_ -= bits;
  }
  /// The bits must be available.
  u32 take(unsigned bits) {
    if (bits == 0) return 0;
    const auto value = static_cast<u32>(bits_ >> (64 - bits));
    drop(bits);
    return value;
  }
  u32 read(unsigned bits) {
    refill();
    return take(bits);
  }
  /// The symbol of the next code. Its bits must be available.
  template <typename Decoder> unsigned symbol(const Decoder& codes) {
    const auto code = codes.decode(peek16());
    if (code.length == 0) broken("bits that are no code");
    drop(code.length);
    return code.symbol;
  }

  /// Skips to the next word, or, at the beginning of a word, over all of it. bytes() goes on from
  /// there.
  void align() {
    at_ -= count_ / 16 * 2;
    if (count_ % 16 == 0) at_ += 2;
    bits_ = 0;
    count_ = 0;
  }
  ByteView bytes(std::size_t length) {
    const std::optional<ByteView> view = slice(in_, at_, length);
    if (!view) broken("the data ends within an uncompressed block");
    at_ += length;
    return *view;
  }

  /// Zeros past the end may be peeked at, but not used.
  void check_end() const {
    if (position() > in_.size()) broken("the data ends before the chunk is complete");
  }
  [[noreturn]] void broken(const char* what) const {
    throw FormatError(fmt::format("LZX: offset {}: {}", position(), what));
  }

private:
  /// The offset after the word that holds the last used bit.
  std::size_t position() const { return at_ - count_ / 16 * 2; }
  void add_word() {
    const u64 word = little<u16>(in_, at_).value_or(0);
    at_ += 2;
    bits_ |= word << (48 - count_);
    count_ += 16;
  }

  ByteView in_;
  std::size_t at_ = 0; ///< may lie past the end
  u64 bits_ = 0;       ///< left-justified
  unsigned count_ = 0;
};

namespace {

constexpr unsigned kLiterals = 256;
constexpr unsigned kLongLength = 7; // a code of its own gives the rest
constexpr std::size_t kShortestMatch = 2;
constexpr unsigned kRecentSlots = 3;
constexpr std::array<u8, 30> kExtraBits{0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                        6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

/// A slot begins where the one before it ends; the first three are for recent distances.
constexpr std::array<u32, 30> first_distances() {
  std::array<u32, 30> first{};
  u32 next = 0;
  for (std::size_t slot = 0; slot < first.size(); ++slot) {
    first[slot] = next;
    next += u32{1} << kExtraBits[slot];
  }
  for (std::size_t slot = kRecentSlots; slot < first.size(); ++slot) first[slot] -= 2;
  return first;
}
constexpr std::array<u32, 30> kFirstDistance = first_distances();

/// Lengths are coded as differences from those of the previous block, with a code of their own.
void read_lengths(LzxReader& reader, std::span<u8> lengths) {
  std::array<u8, 20> own{};
  for (u8& length : own) length = static_cast<u8>(reader.read(4));
  HuffmanDecoder<20, 6> codes;
  if (!codes.build(own)) reader.broken("more codes for code lengths than there can be");
  const auto changed = [&](u8 before, unsigned symbol) {
    return static_cast<u8>((before + 17u - symbol) % 17u);
  };
  for (std::size_t at = 0; at < lengths.size();) {
    reader.refill();
    const unsigned symbol = reader.symbol(codes);
    if (symbol <= 16) {
      lengths[at] = changed(lengths[at], symbol);
      ++at;
      continue;
    }
    std::size_t count = 0;
    u8 value = 0;
    if (symbol == 17) {
      count = 4 + reader.take(4);
    } else if (symbol == 18) {
      count = 20 + reader.take(5);
    } else {
      count = 4 + reader.take(1);
      const unsigned difference = reader.symbol(codes);
      if (difference > 16) reader.broken("a run of a run of code lengths");
      value = changed(lengths[at], difference);
    }
    if (count > lengths.size() - at) reader.broken("more code lengths than symbols");
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(at), count, value);
    at += count;
  }
  reader.check_end();
}

/// Undoes the translation of call targets from relative to absolute.
void translate_calls(MutableBytes bytes) {
  constexpr std::size_t kUntouched = 10; // at the end
  constexpr std::int32_t kFileSize = 12'000'000;
  if (bytes.size() <= kUntouched) return;
  std::byte* const begin = bytes.data();
  std::byte* const end = begin + (bytes.size() - kUntouched);
  for (std::byte* at = begin; at < end;) {
    at = static_cast<std::byte*>(std::memchr(at, 0xE8, static_cast<std::size_t>(end - at)));
    if (at == nullptr) return;
    const auto position = static_cast<std::int32_t>(at - begin);
    const auto absolute =
        static_cast<std::int32_t>(*little<u32>(bytes, static_cast<u64>(position) + 1));
    if (absolute >= -position && absolute < kFileSize) {
      const auto relative =
          static_cast<u32>(absolute >= 0 ? absolute - position : absolute + kFileSize);
      for (unsigned i = 0; i < 4; ++i) at[1 + i] = static_cast<std::byte>(relative >> (8 * i));
    }
    at += 5;
  }
}

} // namespace

void Lzx::read_codes(LzxReader& reader, Block type) {
  if (type == Block::aligned) {
    std::array<u8, kAlignedSymbols> lengths{};
    for (u8& length : lengths) length = static_cast<u8>(reader.read(3));
    if (!aligned_codes_.build(lengths)) reader.broken("more aligned codes than there can be");
  }
  const std::span<u8> main(main_lengths_);
  read_lengths(reader, main.first(kLiterals));
  read_lengths(reader, main.subspan(kLiterals));
  read_lengths(reader, length_lengths_);
  if (!main_codes_.build(main_lengths_)) reader.broken("more main codes than there can be");
  if (!length_codes_.build(length_lengths_)) reader.broken("more length codes than there can be");
}

void Lzx::copy_uncompressed(LzxReader& reader, MutableBytes out) {
  reader.align();
  for (u32& distance : recent_) distance = *little<u32>(reader.bytes(4), 0);
  const ByteView stored = reader.bytes(out.size());
  std::memcpy(out.data(), stored.data(), stored.size());
}

template <bool Aligned> std::size_t Lzx::match_distance(LzxReader& reader, unsigned slot) {
  if (slot < kRecentSlots) {
    std::swap(recent_[0], recent_[slot]);
    return recent_[0];
  }
  const unsigned extra = kExtraBits[slot];
  u32 distance = kFirstDistance[slot];
  if (Aligned && extra >= 3) {
    distance += reader.take(extra - 3) << 3;
    distance += reader.symbol(aligned_codes_);
  } else {
    distance += reader.take(extra);
  }
  recent_ = {distance, recent_[0], recent_[1]};
  return distance;
}

template <bool Aligned>
void Lzx::read_block(LzxReader& reader, MutableBytes into, std::size_t at, std::size_t end) {
  while (at < end) {
    reader.refill();
    const unsigned symbol = reader.symbol(main_codes_);
    if (symbol < kLiterals) {
      into[at++] = static_cast<std::byte>(symbol);
      continue;
    }
    std::size_t length = (symbol - kLiterals) & kLongLength;
    if (length == kLongLength) length += reader.symbol(length_codes_);
    length += kShortestMatch;
    const std::size_t distance = match_distance<Aligned>(reader, (symbol - kLiterals) >> 3);
    if (distance == 0 || distance > at) reader.broken("a back reference to before its chunk");
    if (length > end - at) reader.broken("a match that reaches past its block");
    copy_match(into, at, distance, length);
    at += length;
  }
}

void Lzx::decompress(ByteView compressed, MutableBytes into) {
  LzxReader reader(compressed);
  recent_ = {1, 1, 1};
  main_lengths_.fill(0);
  length_lengths_.fill(0);
  std::size_t written = 0;
  while (written < into.size()) {
    const u32 type = reader.read(3);
    const std::size_t size = reader.read(1) == 1 ? kChunk : reader.read(16);
    if (size == 0 || size > into.size() - written)
      reader.broken(size == 0 ? "an empty block" : "a block that reaches past its chunk");
    const std::size_t end = written + size;
    switch (static_cast<Block>(type)) {
    case Block::verbatim:
      read_codes(reader, Block::verbatim);
      read_block<false>(reader, into, written, end);
      break;
    case Block::aligned:
      read_codes(reader, Block::aligned);
      read_block<true>(reader, into, written, end);
      break;
    case Block::uncompressed:
      copy_uncompressed(reader, into.subspan(written, size));
      if (size % 2 == 1 && end < into.size()) reader.bytes(1); // words begin at even offsets
      break;
    default: reader.broken("a block of no known type");
    }
    reader.check_end();
    written = end;
  }
  translate_calls(into);
}

} // namespace coldsweep
