// SPDX-License-Identifier: Apache-2.0
// Follows the token rules of the YARA documentation: `/` begins a comment or an expression (division is `\`), and a
// brace is a hex string only behind the `=` of a declaration.
#include "rules/rule_source.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool continues_word(char c) { return begins_word(c) || is_digit(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Lexer {
public:
  explicit Lexer(std::string_view source) : source_(source) {}

  bool confused() const { return confused_; }
  const char* end_of_last() const { return source_.data() + end_of_last_; }

  /// Absent at the end, or where the source can't be followed.
  std::optional<SourceToken> next(bool brace_is_hex = false) {
    pass_blanks();
    if (position_ >= source_.size()) return std::nullopt;
    const std::size_t from = position_;
    const TokenKind kind = pass(brace_is_hex);
    if (confused_) return std::nullopt;
    end_of_last_ = position_;
    return SourceToken{kind, source_.substr(from, position_ - from)};
  }

private:
  char at(std::size_t ahead) const {
    return ahead < source_.size() - position_ ? source_[position_ + ahead] : '\0';
  }

  bool pass_comment() {
    const std::string_view left = source_.substr(position_);
    if (left.starts_with("//")) {
      position_ = std::min(source_.find('\n', position_), source_.size());
      return true;
    }
    if (!left.starts_with("/*")) return false;
    const std::size_t end = source_.find("*/", position_ + 2);
    confused_ |= end == std::string_view::npos;
    position_ = end == std::string_view::npos ? source_.size() : end + 2;
    return true;
  }

  void pass_blanks() {
    while (position_ < source_.size() && (is_blank(source_[position_]) || pass_comment()))
      if (is_blank(at(0))) ++position_;
  }

  TokenKind pass(bool brace_is_hex) {
    const char first = at(0);
    if (first == '"' || first == '/') {
      pass_quoted(first);
      return first == '"' ? TokenKind::text : TokenKind::regex;
    }
    if (first == '{' && brace_is_hex) {
      pass_hex();
      return TokenKind::hex;
    }
    if (is_digit(first)) {
      while (continues_word(at(0))) ++position_;
      return TokenKind::number;
    }
    const bool of_string = std::string_view("$#@!").find(first) != std::string_view::npos;
    if (begins_word(first) || (of_string && !(first == '!' && at(1) == '='))) {
      ++position_;
      while (continues_word(at(0))) ++position_;
      if (of_string && at(0) == '*') ++position_;
      return TokenKind::word;
    }
    ++position_;
    if (std::string_view("<>=!").find(first) != std::string_view::npos && at(0) == '=') ++position_;
    return TokenKind::sign;
  }

  /// A text ends at its quote, a regular expression at the first slash without a backslash, and then its flags.
  void pass_quoted(char quote) {
    ++position_;
    while (position_ < source_.size() && at(0) != quote && at(0) != '\n')
      position_ += at(0) == '\\' ? 2 : 1;
    if (position_ >= source_.size() || at(0) != quote) {
      confused_ = true;
      return;
    }
    ++position_;
    if (quote == '/')
      while (at(0) == 'i' || at(0) == 's') ++position_;
  }

  void pass_hex() {
    while (position_ < source_.size() && at(0) != '}')
      if (!pass_comment()) ++position_;
    if (at(0) != '}') confused_ = true;
    ++position_;
  }

  std::string_view source_;
  std::size_t position_ = 0, end_of_last_ = 0;
  bool confused_ = false;
};

class Parser {
public:
  explicit Parser(std::string_view source) : lexer_(source) {}

  std::optional<std::vector<DeclaredRule>> run() {
    for (advance(); token_; advance())
      if (token_->is("rule") && !read_rule()) return std::nullopt;
    if (lexer_.confused()) return std::nullopt;
    return std::move(rules_);
  }

private:
  void advance(bool brace_is_hex = false) { token_ = lexer_.next(brace_is_hex); }
  bool at(std::string_view text) const { return token_ && token_->is(text); }

  bool read_rule() {
    advance();
    if (!token_ || token_->kind != TokenKind::word) return false;
    DeclaredRule& rule = rules_.emplace_back();
    rule.name = token_->text;
    while (token_ && !at("{")) advance();
    while (token_ && !at("condition") && !at("strings"))
      advance(); // `meta` values are texts and numbers
    if (at("strings") && !read_strings(rule)) return false;
    if (!at("condition")) return false;
    advance();
    if (!at(":")) return false;
    for (advance(); token_ && !at("}"); advance()) rule.condition.push_back(*token_);
    return at("}");
  }

  bool read_strings(DeclaredRule& rule) {
    advance();
    if (!at(":")) return false;
    advance();
    while (token_ && token_->text.starts_with('$')) {
      DeclaredString& string = rule.strings.emplace_back();
      string.id = token_->text;
      advance();
      if (!at("=")) return false;
      advance(true);
      if (!token_) return false;
      string.kind = token_->kind;
      string.value = token_->text;
      if (string.kind != TokenKind::text && string.kind != TokenKind::regex &&
          string.kind != TokenKind::hex)
        return false;
      const char* end = lexer_.end_of_last();
      for (advance(); token_ && !token_->text.starts_with('$') && !at("condition"); advance()) {
        string.modifiers.push_back(token_->text);
        end = lexer_.end_of_last();
      }
      string.with_mods = {string.value.data(), static_cast<std::size_t>(end - string.value.data())};
    }
    return at("condition");
  }

  Lexer lexer_;
  std::optional<SourceToken> token_;
  std::vector<DeclaredRule> rules_;
};

} // namespace

std::optional<std::vector<DeclaredRule>> declared_rules(std::string_view source) {
  return Parser(source).run();
}

bool may_be_referred_to(std::string_view source, std::string_view name) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (!begins_word(source[i])) continue;
    const std::size_t from = i;
    while (i < source.size() && continues_word(source[i])) ++i;
    const std::string_view word = source.substr(from, i - from);
    if (word == name && ++seen > 1) return true;
    if (i < source.size() && source[i] == '*' && name.starts_with(word)) return true;
  }
  return false;
}

} // namespace coldsweep
