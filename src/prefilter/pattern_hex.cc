// SPDX-License-Identifier: Apache-2.0
// Hex strings: bytes, nibbles, `~`, jumps, alternatives.
#include "prefilter/lexer.h"
#include "prefilter/pattern.h"

#include <algorithm>
#include <optional>

namespace coldsweep {
namespace {

constexpr int kMostDepth = 100;

class HexParser {
public:
  explicit HexParser(std::string_view body) : left_(body) {}

  Pattern run() {
    Pattern pattern = sequence(0);
    if (!left_.empty()) throw NotUnderstood("a hex string that goes on behind its end");
    return pattern;
  }

private:
  char peek() {
    while (!left_.empty() && std::string_view(" \t\r\n").find(left_.front()) != left_.npos)
      left_.remove_prefix(1);
    return left_.empty() ? '\0' : left_.front();
  }
  char take() {
    const char c = peek();
    if (c == '\0') throw NotUnderstood("a hex string that ends too early");
    left_.remove_prefix(1);
    return c;
  }

  Pattern sequence(int depth) {
    if (depth > kMostDepth) throw NotUnderstood("a hex string nested too deep");
    Pattern all;
    for (char c = peek(); c != '\0' && c != '|' && c != ')'; c = peek()) {
      if (c == '[')
        all.parts.push_back(jump());
      else if (c == '(')
        all.parts.push_back(alternatives(depth + 1));
      else
        all.parts.push_back(one_of(byte()));
    }
    if (all.parts.empty()) throw NotUnderstood("an empty hex string");
    return all;
  }

  Pattern alternatives(int depth) {
    Pattern all;
    all.kind = Pattern::Kind::alternatives;
    take();
    do all.parts.push_back(sequence(depth));
    while (peek() == '|' && take() == '|');
    if (take() != ')') throw NotUnderstood("alternatives without an end");
    return all;
  }

  std::optional<u32> length() {
    if (peek() < '0' || peek() > '9') return std::nullopt;
    u64 value = 0;
    while (!left_.empty() && left_.front() >= '0' && left_.front() <= '9') {
      value = std::min<u64>(value * 10 + static_cast<u64>(left_.front() - '0'), 1U << 31);
      left_.remove_prefix(1);
    }
    return static_cast<u32>(value);
  }

  Pattern jump() {
    take();
    const std::optional<u32> from = length();
    std::optional<u32> to = from;
    if (peek() == '-') {
      take();
      to = length().value_or(Pattern::kUnbounded);
    }
    if (take() != ']' || !to || from.value_or(0) > *to) throw NotUnderstood("a jump");
    return repeated(one_of(ByteSet().set()), from.value_or(0), *to);
  }

  static std::optional<unsigned> nibble(char c) {
    if (c == '?') return std::nullopt;
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    throw NotUnderstood("a hex string with an unknown character");
  }

  ByteSet byte() {
    const bool inverted = peek() == '~';
    if (inverted) take();
    const std::optional<unsigned> high = nibble(take());
    if (left_.empty()) throw NotUnderstood("half a byte");
    const std::optional<unsigned> low = nibble(left_.front());
    left_.remove_prefix(1);
    ByteSet set;
    if (high && low)
      set.set(*high << 4 | *low);
    else
      for (unsigned value = 0; value < 256; ++value)
        set[value] = (!high || *high == value >> 4) && (!low || *low == (value & 15));
    return inverted ? ~set : set;
  }

  std::string_view left_;
};

} // namespace

Pattern parse_hex_pattern(std::string_view body) { return HexParser(body).run(); }

} // namespace coldsweep
