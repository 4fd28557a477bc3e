// SPDX-License-Identifier: Apache-2.0
// YARA source -> rules with conditions, by YARA's grammar (recursive descent, bounded depth).
#pragma once

#include "prefilter/ast.h"
#include "prefilter/lexer.h"

#include <algorithm>

namespace coldsweep {

/// Never throws: if the source isn't understood, `problem` says why.
ParsedSource parse_source(std::string_view source, std::span<const IncludedText> included);

/// Reads tokens one after the other. Both parsers use it.
class TokenCursor {
public:
  explicit TokenCursor(const std::vector<Token>& tokens) : tokens_(tokens) {}

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  bool at_end() const { return peek().kind == Token::Kind::end; }
  const Token& take() {
    const Token& token = peek();
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }
  /// The token that was taken last; there was one.
  const Token& taken() const { return tokens_[next_ - 1]; }
  bool accept(std::string_view word) {
    if (!peek().is(word)) return false;
    take();
    return true;
  }
  const Token& expect(Token::Kind kind, const char* what) {
    if (peek().kind != kind) fail(what);
    return take();
  }
  void expect(std::string_view word) {
    if (!accept(word)) fail(word);
  }
  [[noreturn]] void fail(std::string_view expected) const;

private:
  const std::vector<Token>& tokens_;
  std::size_t next_ = 0;
};

/// A condition, up to the first token that can't belong to it. Throws NotUnderstood.
Expr parse_condition(TokenCursor& tokens);

} // namespace coldsweep
