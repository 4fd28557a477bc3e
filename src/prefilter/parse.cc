// SPDX-License-Identifier: Apache-2.0
#include "prefilter/parse.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

class SourceParser {
public:
  explicit SourceParser(const TokenizedSource& source) : source_(source), tokens_(source.tokens) {}

  ParsedSource run() {
    while (!tokens_.at_end()) {
      if (tokens_.accept("import"))
        parsed_.imports.push_back(tokens_.expect(Token::Kind::text, "the name of a module").text);
      else
        read_rule();
    }
    return std::move(parsed_);
  }

private:
  void read_rule() {
    ParsedRule rule;
    const Token& first = tokens_.peek();
    for (;;) {
      if (tokens_.accept("private"))
        rule.is_private = true;
      else if (tokens_.accept("global"))
        rule.is_global = true;
      else
        break;
    }
    tokens_.expect("rule");
    rule.name = tokens_.expect(Token::Kind::word, "the name of a rule").text;
    if (tokens_.accept(":"))
      while (tokens_.peek().kind == Token::Kind::word) tokens_.take();
    tokens_.expect("{");
    if (tokens_.accept("meta")) read_meta();
    if (tokens_.accept("strings")) read_strings(rule, first);
    tokens_.expect("condition");
    tokens_.expect(":");
    rule.condition = parse_condition(tokens_);
    const Token& last = tokens_.peek();
    tokens_.expect("}");
    if (first.buffer != last.buffer) throw NotUnderstood("a rule across an include");
    rule.source = source_.buffers[first.buffer].substr(first.begin, last.end - first.begin);
    parsed_.rules.push_back(std::move(rule));
  }

  void read_meta() {
    tokens_.expect(":");
    while (tokens_.peek().kind == Token::Kind::word && tokens_.peek(1).is("=")) {
      tokens_.take();
      tokens_.take();
      tokens_.accept("-");
      const Token& value = tokens_.take();
      if (value.kind != Token::Kind::text && value.kind != Token::Kind::number &&
          !value.is("true") && !value.is("false"))
        tokens_.fail("a value");
    }
  }

  /// `first` is the first token of the rule.
  void read_strings(ParsedRule& rule, const Token& first) {
    tokens_.expect(":");
    while (tokens_.peek().kind == Token::Kind::string) {
      StringDeclaration string;
      string.id = tokens_.take().text;
      tokens_.expect("=");
      const Token& value = tokens_.take();
      take_value(string, value);
      while (read_modifier(string)) continue;
      const Token& last = tokens_.taken();
      if (value.buffer == first.buffer && last.buffer == first.buffer) {
        string.begin = value.begin - first.begin;
        string.length = last.end - value.begin;
      }
      rule.strings.push_back(std::move(string));
    }
  }

  void take_value(StringDeclaration& string, const Token& value) {
    string.body = value.text;
    if (value.kind == Token::Kind::text) {
      string.kind = StringDeclaration::Kind::text;
    } else if (value.kind == Token::Kind::hex) {
      string.kind = StringDeclaration::Kind::hex;
    } else if (value.kind == Token::Kind::regex) {
      string.kind = StringDeclaration::Kind::regex;
      string.nocase = value.flags.find('i') != std::string::npos;
      string.dot_all = value.flags.find('s') != std::string::npos;
    } else {
      tokens_.fail("a string");
    }
  }

  bool read_modifier(StringDeclaration& string) {
    if (tokens_.peek().is("private") && !tokens_.peek(1).is("rule") &&
        !tokens_.peek(1).is("global")) {
      tokens_.take();
      return true;
    }
    if (tokens_.accept("wide")) return string.wide = true;
    if (tokens_.accept("ascii")) return string.ascii = true;
    if (tokens_.accept("nocase")) return string.nocase = true;
    if (tokens_.accept("fullword")) return string.fullword = true;
    if (tokens_.accept("xor")) {
      read_keys(string);
      return true;
    }
    const bool narrow = tokens_.accept("base64");
    if (!narrow && !tokens_.accept("base64wide")) return false;
    (narrow ? string.base64 : string.base64wide) = true;
    if (tokens_.accept("(")) {
      string.alphabet = tokens_.expect(Token::Kind::text, "an alphabet").text;
      tokens_.expect(")");
    }
    return true;
  }

  void read_keys(StringDeclaration& string) {
    string.xor_keys = {0, 255};
    if (!tokens_.accept("(")) return;
    const i64 first = tokens_.expect(Token::Kind::number, "a key").number;
    string.xor_keys = {first, first};
    if (tokens_.accept("-"))
      string.xor_keys->second = tokens_.expect(Token::Kind::number, "a key").number;
    tokens_.expect(")");
  }

  const TokenizedSource& source_;
  TokenCursor tokens_;
  ParsedSource parsed_;
};

} // namespace

void TokenCursor::fail(std::string_view expected) const {
  throw NotUnderstood(
      fmt::format("{} expected, not \"{}\" (token {})", expected, peek().text, next_));
}

ParsedSource parse_source(std::string_view source, std::span<const IncludedText> included) {
  try {
    const TokenizedSource tokens = tokenize(source, included);
    return SourceParser(tokens).run();
  } catch (const NotUnderstood& e) {
    ParsedSource nothing;
    nothing.problem = e.what();
    return nothing;
  }
}

} // namespace coldsweep
