// SPDX-License-Identifier: Apache-2.0
// YARA source -> tokens. Follows "Writing YARA rules" and the token rules of libyara 4.5. The only
// lexer of YARA source that we have.
#pragma once

#include "base/types.h"

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// Source that our lexer or parser doesn't understand.
struct NotUnderstood : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The text that an `include` brought in, in the order in which the compiler asked.
struct IncludedText {
  std::string name;
  std::string text;
};

struct Token {
  enum class Kind : u8 {
    end,
    word,   // keyword or identifier
    string, // $a or $a*
    count,  // #a
    offset, // @a
    length, // !a
    number,
    real,
    text,    // a text string, unescaped
    regex,   // body; flags in `flags`
    hex,     // what is in the braces
    include, // an include statement: the name as written; never in a TokenizedSource
    symbol,
  };
  Kind kind = Kind::end;
  std::string text;
  i64 number = 0;
  std::string flags;     // of a regular expression
  u32 buffer = 0;        // which text it is in
  std::size_t begin = 0; // where there
  std::size_t end = 0;

  bool is(std::string_view word) const {
    return (kind == Kind::word || kind == Kind::symbol) && text == word;
  }
};

/// The tokens of one text, one after the other. The text outlives it.
class Lexer {
public:
  explicit Lexer(std::string_view text, u32 buffer = 0) : text_(text), buffer_(buffer) {}

  /// Of kind `end` at the end. A brace begins a hex string only `after_equals`. Throws
  /// NotUnderstood.
  Token next(bool after_equals);
  /// Throws NotUnderstood with the number of the line that is being read.
  [[noreturn]] void fail(std::string_view what) const;

private:
  char at(std::size_t ahead) const {
    return ahead < text_.size() - position_ ? text_[position_ + ahead] : '\0';
  }
  bool looking_at(std::string_view what) const { return text_.substr(position_).starts_with(what); }
  Token token(Token::Kind kind, std::size_t begin, std::string value) const;
  void pass_comment(std::string_view end);
  bool pass_blank();
  Token read_text();
  char escaped();
  Token read_regex();
  Token read_hex();
  Token read_word();
  Token read_include(std::size_t begin, std::size_t ahead);
  Token read_number();
  Token read_real(std::size_t begin);
  Token read_string_identifier(char sigil);
  Token read_symbol();

  std::string_view text_;
  u32 buffer_;
  std::size_t position_ = 0;
};

struct TokenizedSource {
  std::vector<std::string_view> buffers; // views of `source` and of the included texts
  std::vector<Token> tokens;             // ends with one of kind `end`
};

/// The tokens of the source, with those of included texts in place of `include` statements. Throws
/// NotUnderstood.
TokenizedSource tokenize(std::string_view source, std::span<const IncludedText> included);

} // namespace coldsweep
