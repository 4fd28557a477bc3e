// SPDX-License-Identifier: Apache-2.0
// YARA source -> tokens, `include` replaced by what was included. Follows "Writing YARA rules" and the token
// rules that libyara 4.5 documents there. Private to rules/.
#pragma once

#include "base/types.h"

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// Source that our parser doesn't understand. Never leaves rules/prefilter.
struct NotUnderstood : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What an `include` brought in, in the order in which the compiler asked.
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
    text,  // a text string, unescaped
    regex, // body; flags in `flags`
    hex,   // what stands in the braces
    symbol,
  };
  Kind kind = Kind::end;
  std::string text;
  i64 number = 0;
  std::string flags;     // of a regular expression
  u32 buffer = 0;        // which text it stands in
  std::size_t begin = 0; // where there
  std::size_t end = 0;

  bool is(std::string_view word) const {
    return (kind == Kind::word || kind == Kind::symbol) && text == word;
  }
};

struct TokenizedSource {
  std::vector<std::string_view> buffers; // views of `source` and of the included texts
  std::vector<Token> tokens;             // ends with one of kind `end`
};

/// Throws NotUnderstood.
TokenizedSource tokenize(std::string_view source, std::span<const IncludedText> included);

} // namespace coldsweep
