// SPDX-License-Identifier: Apache-2.0
// The grammar of conditions, by precedence climbing.
#include "prefilter/parse.h"

#include <array>
#include <set>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr int kMostDepth = 400; // of nested expressions: a hostile file must not exhaust the stack

using Kind = Expr::Kind;

/// Binary operators of primary expressions, loosest first.
constexpr std::array<std::array<std::string_view, 3>, 6> kArithmetic{{
    {"|", "", ""},
    {"^", "", ""},
    {"&", "", ""},
    {"<<", ">>", ""},
    {"+", "-", ""},
    {"*", "\\", "%"},
}};

bool is_textual(const Token& token) {
  static const std::set<std::string_view> words{"contains", "icontains",   "startswith",
                                                "endswith", "istartswith", "iendswith",
                                                "iequals",  "matches"};
  return token.kind == Token::Kind::word && words.contains(token.text);
}

Expr node(Kind kind, std::string text = {}, std::vector<Expr> args = {}) {
  Expr e;
  e.kind = kind;
  e.text = std::move(text);
  e.args = std::move(args);
  return e;
}

Expr number(i64 value, Kind kind = Kind::number) {
  Expr e = node(kind);
  e.number = value;
  return e;
}

std::vector<Expr> pair_of(Expr a, Expr b) {
  std::vector<Expr> both;
  both.push_back(std::move(a));
  both.push_back(std::move(b));
  return both;
}

class ConditionParser {
public:
  explicit ConditionParser(TokenCursor& tokens) : tokens_(tokens) {}

  Expr disjunction() {
    const Depth depth(*this);
    Expr left = conjunction();
    if (!tokens_.peek().is("or")) return left;
    Expr all = node(Kind::or_);
    all.args.push_back(std::move(left));
    while (tokens_.accept("or")) all.args.push_back(conjunction());
    return all;
  }

private:
  struct Depth {
    explicit Depth(ConditionParser& p) : parser(p) {
      if (++parser.depth_ > kMostDepth) throw NotUnderstood("a condition nested too deep");
    }
    ~Depth() { --parser.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ConditionParser& parser;
  };

  Expr conjunction() {
    Expr left = negation();
    if (!tokens_.peek().is("and")) return left;
    Expr all = node(Kind::and_);
    all.args.push_back(std::move(left));
    while (tokens_.accept("and")) all.args.push_back(negation());
    return all;
  }

  Expr negation() {
    const Depth depth(*this);
    for (const auto& [word, kind] : {std::pair("not", Kind::not_), {"defined", Kind::defined}}) {
      if (!tokens_.accept(word)) continue;
      Expr e = node(kind);
      e.args.push_back(negation());
      return e;
    }
    return equality();
  }

  Expr equality() {
    Expr left = relation();
    for (;;) {
      const Token& next = tokens_.peek();
      const bool compares = next.is("==") || next.is("!=");
      if (!compares && !is_textual(next)) return left;
      const std::string op = tokens_.take().text;
      left =
          node(compares ? Kind::compare : Kind::textual, op, pair_of(std::move(left), relation()));
    }
  }

  Expr relation() {
    Expr left = binary(0);
    if (const Token& next = tokens_.peek();
        next.is("of") || (next.is("%") && tokens_.peek(1).is("of")))
      return quantified(std::move(left));
    while (tokens_.peek().is("<") || tokens_.peek().is("<=") || tokens_.peek().is(">") ||
           tokens_.peek().is(">=")) {
      const std::string op = tokens_.take().text;
      left = node(Kind::compare, op, pair_of(std::move(left), binary(0)));
    }
    return left;
  }

  Expr binary(std::size_t level) {
    if (level == kArithmetic.size()) return unary();
    const Depth depth(*this);
    Expr left = binary(level + 1);
    for (;;) {
      const Token& next = tokens_.peek();
      const auto& operators = kArithmetic[level];
      const bool known =
          next.kind == Token::Kind::symbol &&
          std::find(operators.begin(), operators.end(), next.text) != operators.end();
      if (!known || (next.text == "%" && tokens_.peek(1).is("of"))) return left;
      const std::string op = tokens_.take().text;
      left = node(Kind::arithmetic, op, pair_of(std::move(left), binary(level + 1)));
    }
  }

  Expr unary() {
    const Depth depth(*this);
    if (tokens_.peek().is("-") || tokens_.peek().is("~")) {
      Expr e = node(Kind::arithmetic, tokens_.take().text);
      e.args.push_back(unary());
      return e;
    }
    return primary();
  }

  Expr primary() {
    const Token& token = tokens_.take();
    switch (token.kind) {
    case Token::Kind::number: return number(token.number);
    case Token::Kind::real: return node(Kind::unknown);
    case Token::Kind::text: return node(Kind::text, token.text);
    case Token::Kind::regex: {
      Expr e = node(Kind::regex, token.text);
      e.number = (token.flags.find('i') != std::string::npos ? 1 : 0) +
                 (token.flags.find('s') != std::string::npos ? 2 : 0);
      return e;
    }
    case Token::Kind::string: return string(token.text);
    case Token::Kind::count: return count(token.text);
    case Token::Kind::offset:
    case Token::Kind::length: return place(token.text);
    case Token::Kind::word: return word(token);
    default: break;
    }
    if (token.is("(")) {
      Expr inner = disjunction();
      tokens_.expect(")");
      return inner;
    }
    tokens_.fail("an expression");
  }

  Expr string(const std::string& id) {
    if (tokens_.accept("at")) {
      Expr e = node(Kind::string_at, id);
      e.args.push_back(binary(0));
      return e;
    }
    if (tokens_.accept("in")) return node(Kind::string_in, id, range());
    return node(Kind::string, id);
  }

  Expr count(const std::string& id) {
    if (tokens_.accept("in")) return node(Kind::count, id, range());
    return node(Kind::count, id);
  }

  Expr place(const std::string& id) {
    Expr e = node(Kind::place, id);
    if (tokens_.accept("[")) {
      e.args.push_back(binary(0));
      tokens_.expect("]");
    }
    return e;
  }

  std::vector<Expr> range() {
    tokens_.expect("(");
    Expr from = binary(0);
    tokens_.expect("..");
    Expr to = binary(0);
    tokens_.expect(")");
    return pair_of(std::move(from), std::move(to));
  }

  Expr word(const Token& token) {
    static const std::set<std::string_view> reads{"uint8",    "uint16",   "uint32",  "uint8be",
                                                  "uint16be", "uint32be", "int8",    "int16",
                                                  "int32",    "int8be",   "int16be", "int32be"};
    static const std::set<std::string_view> reserved{
        "and",  "or",   "not",       "at",   "in",    "of",      "private", "global", "rule",
        "meta", "them", "condition", "wide", "ascii", "strings", "nocase",  "xor",    "fullword"};
    const std::string& text = token.text;
    if (text == "true" || text == "false") return number(text == "true", Kind::boolean);
    if (text == "filesize") return node(Kind::filesize);
    if (text == "entrypoint") return node(Kind::unknown);
    if (text == "any" || text == "all" || text == "none") return node(Kind::quantifier, text);
    if (text == "for") return loop();
    if (reserved.contains(text)) tokens_.fail("an expression");
    if (reads.contains(text) && tokens_.accept("(")) {
      Expr e = node(Kind::read, text);
      e.args.push_back(binary(0));
      tokens_.expect(")");
      return e;
    }
    return identifier(text);
  }

  /// Arguments and indices are parsed and dropped; the name shows them as `()` and `[]`.
  Expr identifier(std::string name) {
    for (;;) {
      if (tokens_.accept(".")) {
        name += "." + tokens_.expect(Token::Kind::word, "a name").text;
      } else if (tokens_.accept("[")) {
        disjunction();
        tokens_.expect("]");
        name += "[]";
      } else if (tokens_.accept("(")) {
        while (!tokens_.accept(")")) {
          disjunction();
          if (!tokens_.peek().is(")")) tokens_.expect(",");
        }
        name += "()";
      } else {
        return node(Kind::identifier, std::move(name));
      }
    }
  }

  Expr quantified(Expr quantifier) {
    if (tokens_.accept("%")) {
      Expr percent = node(Kind::percent);
      percent.args.push_back(std::move(quantifier));
      quantifier = std::move(percent);
    }
    tokens_.expect("of");
    Expr e = node(Kind::of);
    e.args.push_back(std::move(quantifier));
    e.set = set();
    if (tokens_.accept("at")) {
      e.args.push_back(binary(0));
    } else if (tokens_.accept("in")) {
      e.in = true;
      for (Expr& end : range()) e.args.push_back(std::move(end));
    }
    return e;
  }

  Expr::Set set() {
    Expr::Set set;
    if (tokens_.accept("them")) {
      set.them = true;
      return set;
    }
    tokens_.expect("(");
    do {
      const Token& item = tokens_.take();
      std::string name = item.text;
      if (item.kind == Token::Kind::word) {
        set.of_rules = true;
        if (tokens_.accept("*")) name += '*';
      } else if (item.kind != Token::Kind::string) {
        tokens_.fail("a string or a rule");
      }
      set.names.push_back(std::move(name));
    } while (tokens_.accept(","));
    tokens_.expect(")");
    return set;
  }

  Expr loop() {
    const Depth depth(*this);
    Expr quantifier = binary(0);
    Expr e = node(Kind::for_of);
    std::vector<Expr> range;
    if (tokens_.accept("of")) {
      e.set = set();
    } else {
      e.kind = Kind::for_in;
      do e.set.names.push_back(tokens_.expect(Token::Kind::word, "a variable").text);
      while (tokens_.accept(","));
      tokens_.expect("in");
      range = iterator();
    }
    tokens_.expect(":");
    tokens_.expect("(");
    Expr body = disjunction();
    tokens_.expect(")");
    e.args = pair_of(std::move(quantifier), std::move(body));
    std::move(range.begin(), range.end(), std::back_inserter(e.args));
    return e;
  }

  /// What a loop runs over; kept only if it is a range.
  std::vector<Expr> iterator() {
    if (!tokens_.accept("(")) {
      identifier(tokens_.expect(Token::Kind::word, "what the loop runs over").text);
      return {};
    }
    std::vector<Expr> range;
    Expr from = binary(0);
    if (tokens_.accept("..")) {
      range = pair_of(std::move(from), binary(0));
    } else {
      while (tokens_.accept(",")) binary(0);
    }
    tokens_.expect(")");
    return range;
  }

  TokenCursor& tokens_;
  int depth_ = 0;
};

} // namespace

Expr parse_condition(TokenCursor& tokens) { return ConditionParser(tokens).disjunction(); }

} // namespace coldsweep
