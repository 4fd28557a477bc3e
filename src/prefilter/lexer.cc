// SPDX-License-Identifier: Apache-2.0
#include "prefilter/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostDepth = 16; // of includes; libyara allows as many

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool continues_word(char c) { return begins_word(c) || is_digit(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Tokenizer {
public:
  Tokenizer(std::string_view source, std::span<const IncludedText> included) : included_(included) {
    open(source);
  }

  TokenizedSource run() {
    while (!open_.empty()) {
      if (position() >= text().size())
        open_.pop_back();
      else
        step();
    }
    if (next_include_ != included_.size()) fail("an include that the compiler saw and we did not");
    result_.tokens.emplace_back();
    return std::move(result_);
  }

private:
  struct Place {
    u32 buffer;
    std::size_t position;
  };

  void open(std::string_view source) {
    if (open_.size() >= kMostDepth) fail("includes nested too deep");
    open_.push_back({static_cast<u32>(result_.buffers.size()), 0});
    result_.buffers.push_back(source);
  }

  [[noreturn]] void fail(std::string_view what) const {
    std::size_t line = 1;
    if (!open_.empty())
      line += static_cast<std::size_t>(std::count(
          text().begin(),
          text().begin() + static_cast<std::ptrdiff_t>(std::min(position(), text().size())), '\n'));
    throw NotUnderstood(fmt::format("line {}: {}", line, what));
  }

  std::string_view text() const { return result_.buffers[open_.back().buffer]; }
  std::size_t& position() { return open_.back().position; }
  std::size_t position() const { return open_.back().position; }
  char at(std::size_t ahead) const {
    return ahead < text().size() - position() ? text()[position() + ahead] : '\0';
  }
  bool looking_at(std::string_view what) const {
    return text().substr(position()).starts_with(what);
  }

  Token& emit(Token::Kind kind, std::size_t begin, std::string value) {
    Token token;
    token.kind = kind;
    token.text = std::move(value);
    token.buffer = open_.back().buffer;
    token.begin = begin;
    token.end = position();
    return result_.tokens.emplace_back(std::move(token));
  }

  void pass_comment(std::string_view end) {
    const std::size_t found = text().find(end, position() + 2);
    if (found == std::string_view::npos && end == "*/") fail("a comment without an end");
    position() = found == std::string_view::npos ? text().size() : found + end.size();
  }

  void step() {
    const char c = at(0);
    if (is_blank(c))
      ++position();
    else if (looking_at("//"))
      pass_comment("\n");
    else if (looking_at("/*"))
      pass_comment("*/");
    else if (c == '"')
      read_text();
    else if (c == '/')
      read_regex();
    else if (begins_word(c))
      read_word();
    else if (is_digit(c))
      read_number();
    else if (c == '$' || c == '#' || c == '@' || (c == '!' && at(1) != '='))
      read_string_identifier(c);
    else if (c == '{' && !result_.tokens.empty() && result_.tokens.back().is("="))
      read_hex();
    else
      read_symbol();
  }

  void read_text() {
    const std::size_t begin = position();
    std::string value;
    for (++position(); at(0) != '"'; ++position()) {
      if (position() >= text().size() || at(0) == '\n') fail("a text without an end");
      if (at(0) != '\\') {
        value += at(0);
        continue;
      }
      ++position();
      switch (at(0)) {
      case 't': value += '\t'; break;
      case 'r': value += '\r'; break;
      case 'n': value += '\n'; break;
      case '"': value += '"'; break;
      case '\\': value += '\\'; break;
      case 'x': {
        const int high = hex_digit(at(1)), low = high < 0 ? -1 : hex_digit(at(2));
        if (low < 0) fail("an escape of an unknown kind");
        value += static_cast<char>(high * 16 + low);
        position() += 2;
        break;
      }
      default: fail("an escape of an unknown kind");
      }
    }
    ++position();
    emit(Token::Kind::text, begin, std::move(value));
  }

  void read_regex() {
    const std::size_t begin = position();
    std::string value;
    for (++position(); at(0) != '/'; ++position()) {
      if (position() >= text().size() || at(0) == '\n') fail("a regular expression without an end");
      if (at(0) != '\\') {
        value += at(0);
        continue;
      }
      ++position();
      if (position() >= text().size() || at(0) == '\n' || at(0) == '\0')
        fail("a regular expression without an end");
      if (at(0) != '/') value += '\\';
      value += at(0);
    }
    ++position();
    std::string flags;
    if (at(0) == 'i') flags += 'i', ++position();
    if (at(0) == 's') flags += 's', ++position();
    emit(Token::Kind::regex, begin, std::move(value)).flags = flags;
  }

  void read_hex() {
    const std::size_t begin = position();
    std::string value;
    ++position();
    while (at(0) != '}') {
      if (position() >= text().size()) fail("a hex string without an end");
      if (looking_at("/*"))
        pass_comment("*/");
      else if (looking_at("//"))
        pass_comment("\n");
      else if (hex_digit(at(0)) >= 0 || is_blank(at(0)) ||
               std::string_view("-|~?[]()").find(at(0)) != std::string_view::npos)
        value += at(0), ++position();
      else
        fail("an unknown character in a hex string");
    }
    ++position();
    emit(Token::Kind::hex, begin, std::move(value));
  }

  void read_word() {
    const std::size_t begin = position();
    std::size_t length = 1;
    while (continues_word(at(length))) ++length;
    const std::string_view word = text().substr(begin, length);
    if (word == "include") {
      std::size_t blank = length;
      while (at(blank) == ' ' || at(blank) == '\t') ++blank;
      if (blank > length && at(blank) == '"') return read_include(blank + 1);
    }
    position() += length;
    emit(Token::Kind::word, begin, std::string(word));
  }

  void read_include(std::size_t ahead) {
    const std::size_t from = position() + ahead;
    const std::size_t end = text().find('"', from);
    if (end == std::string_view::npos) fail("an include without an end");
    const std::string_view name = text().substr(from, end - from);
    position() = end + 1;
    if (next_include_ >= included_.size() || included_[next_include_].name != name)
      fail("an include that the compiler did not see");
    open(included_[next_include_++].text);
  }

  void read_number() {
    const std::size_t begin = position();
    int base = 10;
    if (at(0) == '0' && (at(1) == 'x' || at(1) == 'o')) {
      base = at(1) == 'x' ? 16 : 8;
      position() += 2;
    }
    const char* first = text().data() + position();
    const char* last = text().data() + text().size();
    i64 value = 0;
    const auto [end, error] = std::from_chars(first, last, value, base);
    if (error != std::errc{}) fail("a number that is too large");
    position() += static_cast<std::size_t>(end - first);
    if (base == 10 && at(0) == '.' && is_digit(at(1))) {
      ++position();
      while (is_digit(at(0))) ++position();
      emit(Token::Kind::real, begin, "");
      return;
    }
    i64 factor = 1;
    if (base == 10 && looking_at("KB")) factor = 1024;
    if (base == 10 && looking_at("MB")) factor = 1024 * 1024;
    if (factor > 1) position() += 2;
    if (value > std::numeric_limits<i64>::max() / factor) fail("a number that is too large");
    if (continues_word(at(0))) fail("a number that runs into a word");
    emit(Token::Kind::number, begin, "").number = value * factor;
  }

  void read_string_identifier(char sigil) {
    const std::size_t begin = position();
    std::size_t length = 1;
    while (continues_word(at(length))) ++length;
    std::string id = "$" + std::string(text().substr(begin + 1, length - 1));
    position() += length;
    Token::Kind kind = Token::Kind::string;
    if (sigil == '#') kind = Token::Kind::count;
    if (sigil == '@') kind = Token::Kind::offset;
    if (sigil == '!') kind = Token::Kind::length;
    if (sigil == '$' && at(0) == '*') {
      id += '*';
      ++position();
    }
    emit(kind, begin, std::move(id));
  }

  void read_symbol() {
    static constexpr std::array<std::string_view, 7> kDouble{
        "..", "<=", ">=", "==", "!=", "<<", ">>"};
    const std::size_t begin = position();
    for (const std::string_view symbol : kDouble) {
      if (!looking_at(symbol)) continue;
      position() += 2;
      emit(Token::Kind::symbol, begin, std::string(symbol));
      return;
    }
    const char c = at(0);
    if (c <= ' ' || c >= 127) fail("a character that is not ASCII");
    ++position();
    emit(Token::Kind::symbol, begin, std::string(1, c));
  }

  std::span<const IncludedText> included_;
  std::size_t next_include_ = 0;
  std::vector<Place> open_;
  TokenizedSource result_;
};

} // namespace

TokenizedSource tokenize(std::string_view source, std::span<const IncludedText> included) {
  return Tokenizer(source, included).run();
}

} // namespace coldsweep
