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

} // namespace

void Lexer::fail(std::string_view what) const {
  const std::string_view read = text_.substr(0, position_);
  throw NotUnderstood(
      fmt::format("line {}: {}", 1 + std::count(read.begin(), read.end(), '\n'), what));
}

Token Lexer::token(Token::Kind kind, std::size_t begin, std::string value) const {
  Token token;
  token.kind = kind;
  token.text = std::move(value);
  token.buffer = buffer_;
  token.begin = begin;
  token.end = position_;
  return token;
}

void Lexer::pass_comment(std::string_view end) {
  const std::size_t found = text_.find(end, position_ + 2);
  if (found == std::string_view::npos && end == "*/") fail("a comment without an end");
  position_ = found == std::string_view::npos ? text_.size() : found + end.size();
}

/// Whether there was a blank or a comment.
bool Lexer::pass_blank() {
  if (is_blank(at(0)))
    ++position_;
  else if (looking_at("//"))
    pass_comment("\n");
  else if (looking_at("/*"))
    pass_comment("*/");
  else
    return false;
  return true;
}

Token Lexer::next(bool after_equals) {
  while (position_ < text_.size() && pass_blank()) continue;
  if (position_ >= text_.size()) return token(Token::Kind::end, position_, {});
  const char c = at(0);
  if (c == '"') return read_text();
  if (c == '/') return read_regex();
  if (begins_word(c)) return read_word();
  if (is_digit(c)) return read_number();
  if (c == '$' || c == '#' || c == '@' || (c == '!' && at(1) != '='))
    return read_string_identifier(c);
  if (c == '{' && after_equals) return read_hex();
  return read_symbol();
}

Token Lexer::read_text() {
  const std::size_t begin = position_;
  std::string value;
  for (++position_; at(0) != '"'; ++position_) {
    if (position_ >= text_.size() || at(0) == '\n') fail("a text without an end");
    value += at(0) == '\\' ? escaped() : at(0);
  }
  ++position_;
  return token(Token::Kind::text, begin, std::move(value));
}

/// Stops at the last character of the escape.
char Lexer::escaped() {
  ++position_;
  switch (at(0)) {
  case 't': return '\t';
  case 'r': return '\r';
  case 'n': return '\n';
  case '"': return '"';
  case '\\': return '\\';
  case 'x': {
    const int high = hex_digit(at(1)), low = high < 0 ? -1 : hex_digit(at(2));
    if (low < 0) break;
    position_ += 2;
    return static_cast<char>(high * 16 + low);
  }
  default: break;
  }
  fail("an escape of an unknown kind");
}

Token Lexer::read_regex() {
  const std::size_t begin = position_;
  std::string value;
  for (++position_; at(0) != '/'; ++position_) {
    if (position_ >= text_.size() || at(0) == '\n') fail("a regular expression without an end");
    if (at(0) != '\\') {
      value += at(0);
      continue;
    }
    ++position_;
    if (position_ >= text_.size() || at(0) == '\n' || at(0) == '\0')
      fail("a regular expression without an end");
    if (at(0) != '/') value += '\\';
    value += at(0);
  }
  ++position_;
  std::string flags;
  if (at(0) == 'i') flags += 'i', ++position_;
  if (at(0) == 's') flags += 's', ++position_;
  Token regex = token(Token::Kind::regex, begin, std::move(value));
  regex.flags = std::move(flags);
  return regex;
}

Token Lexer::read_hex() {
  const std::size_t begin = position_;
  std::string value;
  ++position_;
  while (at(0) != '}') {
    if (position_ >= text_.size()) fail("a hex string without an end");
    if (looking_at("/*"))
      pass_comment("*/");
    else if (looking_at("//"))
      pass_comment("\n");
    else if (hex_digit(at(0)) >= 0 || is_blank(at(0)) ||
             std::string_view("-|~?[]()").find(at(0)) != std::string_view::npos)
      value += at(0), ++position_;
    else
      fail("an unknown character in a hex string");
  }
  ++position_;
  return token(Token::Kind::hex, begin, std::move(value));
}

Token Lexer::read_word() {
  const std::size_t begin = position_;
  std::size_t length = 1;
  while (continues_word(at(length))) ++length;
  const std::string_view word = text_.substr(begin, length);
  if (word == "include") {
    std::size_t blank = length;
    while (at(blank) == ' ' || at(blank) == '\t') ++blank;
    if (blank > length && at(blank) == '"') return read_include(begin, blank + 1);
  }
  position_ += length;
  return token(Token::Kind::word, begin, std::string(word));
}

/// The name of a file has no escapes.
Token Lexer::read_include(std::size_t begin, std::size_t ahead) {
  const std::size_t from = begin + ahead;
  const std::size_t end = text_.find('"', from);
  if (end == std::string_view::npos) fail("an include without an end");
  position_ = end + 1;
  return token(Token::Kind::include, begin, std::string(text_.substr(from, end - from)));
}

Token Lexer::read_number() {
  const std::size_t begin = position_;
  int base = 10;
  if (at(0) == '0' && (at(1) == 'x' || at(1) == 'o')) {
    base = at(1) == 'x' ? 16 : 8;
    position_ += 2;
  }
  const char* first = text_.data() + position_;
  const char* last = text_.data() + text_.size();
  i64 value = 0;
  const auto [end, error] = std::from_chars(first, last, value, base);
  if (error != std::errc{}) fail("a number that is too large");
  position_ += static_cast<std::size_t>(end - first);
  if (base == 10 && at(0) == '.' && is_digit(at(1))) return read_real(begin);
  i64 factor = 1;
  if (base == 10 && looking_at("KB")) factor = 1024;
  if (base == 10 && looking_at("MB")) factor = 1024 * 1024;
  if (factor > 1) position_ += 2;
  if (value > std::numeric_limits<i64>::max() / factor) fail("a number that is too large");
  if (continues_word(at(0))) fail("a number that runs into a word");
  Token number = token(Token::Kind::number, begin, {});
  number.number = value * factor;
  return number;
}

/// Continues at the decimal point.
Token Lexer::read_real(std::size_t begin) {
  ++position_;
  while (is_digit(at(0))) ++position_;
  return token(Token::Kind::real, begin, {});
}

Token Lexer::read_string_identifier(char sigil) {
  const std::size_t begin = position_;
  std::size_t length = 1;
  while (continues_word(at(length))) ++length;
  std::string id = "$" + std::string(text_.substr(begin + 1, length - 1));
  position_ += length;
  Token::Kind kind = Token::Kind::string;
  if (sigil == '#') kind = Token::Kind::count;
  if (sigil == '@') kind = Token::Kind::offset;
  if (sigil == '!') kind = Token::Kind::length;
  if (sigil == '$' && at(0) == '*') {
    id += '*';
    ++position_;
  }
  return token(kind, begin, std::move(id));
}

Token Lexer::read_symbol() {
  static constexpr std::array<std::string_view, 7> kDouble{
      "..", "<=", ">=", "==", "!=", "<<", ">>"};
  const std::size_t begin = position_;
  for (const std::string_view symbol : kDouble) {
    if (!looking_at(symbol)) continue;
    position_ += 2;
    return token(Token::Kind::symbol, begin, std::string(symbol));
  }
  const char c = at(0);
  if (c <= ' ' || c >= 127) fail("a character that is not ASCII");
  ++position_;
  return token(Token::Kind::symbol, begin, std::string(1, c));
}

TokenizedSource tokenize(std::string_view source, std::span<const IncludedText> included) {
  TokenizedSource result;
  std::vector<Lexer> open; // the source, and in it the texts that are being included
  const auto begin = [&](std::string_view text) {
    open.emplace_back(text, static_cast<u32>(result.buffers.size()));
    result.buffers.push_back(text);
  };
  begin(source);
  std::size_t next_include = 0;
  while (!open.empty()) {
    Token token = open.back().next(!result.tokens.empty() && result.tokens.back().is("="));
    if (token.kind == Token::Kind::end) {
      open.pop_back();
    } else if (token.kind != Token::Kind::include) {
      result.tokens.push_back(std::move(token));
    } else {
      if (next_include >= included.size() || included[next_include].name != token.text)
        open.back().fail("an include that the compiler did not see");
      if (open.size() >= kMostDepth) open.back().fail("includes nested too deep");
      begin(included[next_include++].text);
    }
  }
  if (next_include != included.size())
    throw NotUnderstood("line 1: an include that the compiler saw and we did not");
  result.tokens.emplace_back();
  return result;
}

} // namespace coldsweep
