// SPDX-License-Identifier: Apache-2.0
// Regular expressions in YARA's dialect. We don't guess: what means something else in other
// dialects, or looks like a mistake of the rule's author, counts as not understood.
#include "prefilter/lexer.h"
#include "prefilter/pattern.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace coldsweep {
namespace {

constexpr int kMostDepth = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

ByteSet set_of(std::string_view characters) {
  ByteSet set;
  for (const char c : characters) set.set(static_cast<unsigned char>(c));
  return set;
}

const ByteSet& digits() {
  static const ByteSet set = set_of("0123456789");
  return set;
}
const ByteSet& spaces() {
  static const ByteSet set = set_of(" \t\r\n\v\f");
  return set;
}
const ByteSet& word_characters() {
  static const ByteSet set =
      set_of("0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  return set;
}

std::optional<ByteSet> class_escape(char c) {
  switch (c) {
  case 'w': return word_characters();
  case 'W': return ~word_characters();
  case 's': return spaces();
  case 'S': return ~spaces();
  case 'd': return digits();
  case 'D': return ~digits();
  default: return std::nullopt;
  }
}

class RegexParser {
public:
  RegexParser(std::string_view body, bool nocase, bool dot_all)
      : left_(body), nocase_(nocase), dot_all_(dot_all) {}

  Pattern run() {
    Pattern pattern = alternatives(0);
    if (!left_.empty()) throw NotUnderstood("a parenthesis that closes nothing");
    return pattern;
  }

private:
  char peek() const { return left_.empty() ? '\0' : left_.front(); }
  char take() {
    if (left_.empty()) throw NotUnderstood("a regular expression that ends too early");
    const char c = left_.front();
    if (c == '\0' || static_cast<unsigned char>(c) >= 128)
      throw NotUnderstood("a regular expression that is not plain ASCII");
    left_.remove_prefix(1);
    return c;
  }

  Pattern alternatives(int depth) {
    if (depth > kMostDepth) throw NotUnderstood("a regular expression nested too deep");
    Pattern all;
    all.kind = Pattern::Kind::alternatives;
    all.parts.push_back(sequence(depth));
    while (peek() == '|') {
      take();
      all.parts.push_back(sequence(depth));
    }
    return all.parts.size() == 1 ? std::move(all.parts.front()) : std::move(all);
  }

  Pattern sequence(int depth) {
    Pattern all;
    while (!left_.empty() && peek() != '|' && peek() != ')')
      if (std::optional<Pattern> part = item(depth)) all.parts.push_back(repeats(std::move(*part)));
    return all;
  }

  /// Absent for an item that takes no byte.
  std::optional<Pattern> item(int depth) {
    const char c = take();
    switch (c) {
    case '^':
    case '$': return std::nullopt;
    case '(': {
      Pattern inner = alternatives(depth + 1);
      if (take() != ')') throw NotUnderstood("a parenthesis without its end");
      return inner;
    }
    case '[': return one_of(char_class());
    case '.': return one_of(dot_all_ ? ByteSet().set() : ByteSet().set().reset('\n'));
    case '\\': return escape();
    case '*':
    case '+':
    case '?': throw NotUnderstood("a repeat of nothing");
    default: return one_of(with_case(set_of(std::string_view(&c, 1))));
    }
  }

  std::optional<Pattern> escape() {
    const char c = peek();
    if (c == 'b' || c == 'B') {
      take();
      return std::nullopt;
    }
    if (is_digit(c)) throw NotUnderstood("a back reference");
    if (const std::optional<ByteSet> known = class_escape(c)) {
      take();
      return one_of(*known);
    }
    ByteSet set;
    set.set(escaped());
    return one_of(with_case(set));
  }

  /// The byte after a backslash.
  unsigned char escaped() {
    const char c = take();
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'f': return '\f';
    case 'a': return '\a';
    case 'x': {
      const std::string digits{take(), take()};
      if (std::isxdigit(static_cast<unsigned char>(digits[0])) == 0 ||
          std::isxdigit(static_cast<unsigned char>(digits[1])) == 0)
        throw NotUnderstood("an escape of an unknown kind");
      return static_cast<unsigned char>(std::stoul(digits, nullptr, 16));
    }
    default: return static_cast<unsigned char>(c);
    }
  }

  ByteSet with_case(ByteSet set) const {
    if (!nocase_) return set;
    for (unsigned c = 'a'; c <= 'z'; ++c)
      if (set[c] || set[c - 32]) set.set(c), set.set(c - 32);
    return set;
  }

  ByteSet char_class() {
    const bool inverted = peek() == '^';
    if (inverted) take();
    ByteSet set;
    if (peek() == ']') set.set(static_cast<unsigned char>(take()));
    while (peek() != ']') {
      bool is_set = false;
      const unsigned char first = class_member(set, is_set);
      if (peek() != '-' || left_.size() < 2 || left_[1] == ']') {
        if (!is_set) set.set(first);
        continue;
      }
      if (is_set) throw NotUnderstood("a range that begins with a class");
      take();
      unsigned char last = static_cast<unsigned char>(take());
      if (last == '\\') last = escaped();
      if (last < first) throw NotUnderstood("a range that runs backwards");
      for (unsigned c = first; c <= last; ++c) set.set(c);
    }
    take();
    // Regardless of case, `[^a]` permits neither case; a pattern may permit more than that.
    return inverted ? ~set : with_case(set);
  }

  unsigned char class_member(ByteSet& set, bool& is_set) {
    const char c = take();
    if (c != '\\') return static_cast<unsigned char>(c);
    if (const std::optional<ByteSet> known = class_escape(peek())) {
      take();
      is_set = true;
      set |= *known;
      return 0;
    }
    return escaped();
  }

  Pattern repeats(Pattern part) {
    const char c = peek();
    u32 least = 0, most = Pattern::kUnbounded;
    if (c == '*' || c == '+' || c == '?') {
      take();
      least = c == '+' ? 1 : 0;
      if (c == '?') most = 1;
    } else if (c != '{' || !bounds(least, most)) {
      return part;
    }
    if (peek() == '?') take(); // not greedy: where a match ends, not whether there is one
    return repeated(std::move(part), least, most);
  }

  /// `{2}`, `{2,}`, `{,3}`, `{2,3}`; any other brace is an ordinary character.
  bool bounds(u32& least, u32& most) {
    const std::size_t end = left_.find('}');
    if (end == std::string_view::npos) return false;
    const std::string_view inside = left_.substr(1, end - 1);
    if (inside.empty()) return false;
    for (const char c : inside)
      if (!is_digit(c) && c != ',') {
        if (c == ' ') throw NotUnderstood("a repeat with blanks");
        return false;
      }
    const std::size_t comma = inside.find(',');
    if (comma != std::string_view::npos && inside.find(',', comma + 1) != std::string_view::npos)
      return false;
    const auto number = [](std::string_view text, u32 absent) {
      if (text.empty()) return absent;
      if (text.size() > 6) throw NotUnderstood("a repeat that is too long");
      return static_cast<u32>(std::stoul(std::string(text)));
    };
    least = number(inside.substr(0, comma), 0);
    most = comma == std::string_view::npos ? least
                                           : number(inside.substr(comma + 1), Pattern::kUnbounded);
    if (most < least) throw NotUnderstood("a repeat that runs backwards");
    left_.remove_prefix(end + 1);
    return true;
  }

  std::string_view left_;
  bool nocase_, dot_all_;
};

} // namespace

Pattern parse_regex_pattern(std::string_view body, bool nocase, bool dot_all) {
  return RegexParser(body, nocase, dot_all).run();
}

} // namespace coldsweep
