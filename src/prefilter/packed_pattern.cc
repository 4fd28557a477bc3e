// SPDX-License-Identifier: Apache-2.0
#include "prefilter/packed_pattern.h"

#include <algorithm>

namespace coldsweep {
namespace {

/// How the code of a pattern begins. What follows: the byte; the small letter; nothing; the bits of
/// the set; for `text`, a sequence of single bytes, their number and the bytes; for `sequence` and
/// `alternatives` the number of parts and their codes; for `repeat` both bounds and a code.
enum class Op : char { byte, letter, any, set, text, sequence, alternatives, repeat };

constexpr std::size_t kCase = 'a' - 'A';

bool is_single(const Pattern& pattern) {
  return pattern.kind == Pattern::Kind::bytes && pattern.bytes.count() == 1;
}

bool is_letter(const ByteSet& set) {
  const std::size_t first = set._Find_first();
  return set.count() == 2 && first >= 'A' && first <= 'Z' && set[first + kCase];
}

bool is_plain_sequence(const Pattern& pattern) {
  return pattern.kind == Pattern::Kind::sequence &&
         std::all_of(pattern.parts.begin(), pattern.parts.end(), [](const Pattern& part) {
           return part.kind == Pattern::Kind::bytes || is_plain_sequence(part);
         });
}

void put(std::string& code, Op op) { code += static_cast<char>(op); }
void put(std::string& code, std::size_t byte) { code += static_cast<char>(byte); }

/// Seven bits a byte, the lowest first.
void put_number(std::string& code, std::size_t number) {
  for (; number >= 0x80; number >>= 7) put(code, 0x80 | (number & 0x7F));
  put(code, number);
}

void put_set(std::string& code, const ByteSet& set) {
  if (set.all()) return put(code, Op::any);
  if (set.count() == 1 || is_letter(set)) {
    const bool one = set.count() == 1;
    put(code, one ? Op::byte : Op::letter);
    return put(code, set._Find_first() + (one ? 0 : kCase));
  }
  put(code, Op::set);
  for (std::size_t first = 0; first < set.size(); first += 8) {
    std::size_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) bits |= static_cast<std::size_t>(set[first + i]) << i;
    put(code, bits);
  }
}

void put_pattern(std::string& code, const Pattern& pattern) {
  switch (pattern.kind) {
  case Pattern::Kind::bytes: return put_set(code, pattern.bytes);
  case Pattern::Kind::repeat:
    put(code, Op::repeat);
    put_number(code, pattern.least);
    put_number(code, pattern.most);
    return put_pattern(code, pattern.parts.front());
  case Pattern::Kind::sequence:
    if (std::all_of(pattern.parts.begin(), pattern.parts.end(), is_single)) {
      put(code, Op::text);
      put_number(code, pattern.parts.size());
      for (const Pattern& part : pattern.parts) put(code, part.bytes._Find_first());
      return;
    }
    put(code, Op::sequence);
    break;
  case Pattern::Kind::alternatives: put(code, Op::alternatives); break;
  }
  put_number(code, pattern.parts.size());
  for (const Pattern& part : pattern.parts) put_pattern(code, part);
}

/// Reads what put_pattern wrote, and nothing else.
class Unpacking {
public:
  explicit Unpacking(std::string_view code) : code_(code) {}

  Pattern pattern() {
    const Op op = static_cast<Op>(code_[next_++]);
    Pattern result;
    switch (op) {
    case Op::byte: return one_of(ByteSet().set(byte()));
    case Op::letter: {
      const std::size_t small = byte();
      return one_of(ByteSet().set(small).set(small - kCase));
    }
    case Op::any: return one_of(ByteSet().set());
    case Op::set: return one_of(set());
    case Op::text: {
      const std::size_t length = number();
      next_ += length;
      return sequence_of(code_.substr(next_ - length, length));
    }
    case Op::repeat: {
      const u32 least = static_cast<u32>(number()), most = static_cast<u32>(number());
      return repeated(pattern(), least, most);
    }
    case Op::sequence: break;
    case Op::alternatives: result.kind = Pattern::Kind::alternatives; break;
    }
    result.parts.resize(number());
    for (Pattern& part : result.parts) part = pattern();
    return result;
  }

private:
  std::size_t byte() { return static_cast<unsigned char>(code_[next_++]); }

  std::size_t number() {
    std::size_t number = 0, part = 0;
    for (unsigned shift = 0;; shift += 7) {
      part = byte();
      number |= (part & 0x7F) << shift;
      if (part < 0x80) return number;
    }
  }

  ByteSet set() {
    ByteSet set;
    for (std::size_t first = 0; first < set.size(); first += 8)
      for (std::size_t i = 0, bits = byte(); i < 8; ++i) set[first + i] = (bits >> i & 1) != 0;
    return set;
  }

  std::string_view code_;
  std::size_t next_ = 0;
};

} // namespace

PackedPattern::PackedPattern(const Pattern& pattern)
    : widest_(static_cast<u32>(coldsweep::widest(pattern))), is_plain_(is_plain_sequence(pattern)) {
  put_pattern(code_, pattern);
  code_.shrink_to_fit();
}

Pattern PackedPattern::unpacked() const { return Unpacking(code_).pattern(); }

} // namespace coldsweep
