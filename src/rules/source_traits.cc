// SPDX-License-Identifier: Apache-2.0
#include "rules/source_traits.h"

#include "model/externals.h"
#include "prefilter/lexer.h"
#include "rules/rule_files.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

/// Calls `take(token, next, before)` for each token of the source itself, not of what it includes.
/// False if the source can't be followed to its end.
template <typename F> bool for_each_token(std::string_view source, const F& take) {
  Lexer lexer(without_bom(source));
  Token token, before;
  try {
    token = lexer.next(false);
    while (token.kind != Token::Kind::end) {
      Token next = lexer.next(token.is("="));
      take(token, next, before);
      before = std::exchange(token, std::move(next));
    }
    return true;
  } catch (const NotUnderstood&) {
    if (token.kind != Token::Kind::end) take(token, Token(), before);
    return false;
  }
}

u64 line_of(std::string_view source, const Token& token) {
  const std::string_view before = without_bom(source).substr(0, token.begin);
  return 1 + static_cast<u64>(std::count(before.begin(), before.end(), '\n'));
}

bool names_external(const Token& token) {
  return token.kind == Token::Kind::word && std::find(kExternalNames.begin(), kExternalNames.end(),
                                                      token.text) != kExternalNames.end();
}

} // namespace

SourceTraits traits_of(std::string_view source) {
  SourceTraits traits;
  std::set<std::string> rules; // those with the name of such a variable
  const bool understood =
      for_each_token(source, [&](const Token& token, const Token& next, const Token& before) {
        if (token.kind == Token::Kind::include)
          traits.includes.push_back(
              {token.text, line_of(source, token), token.begin, token.end - 1 - token.text.size()});
        else if (token.is("rule"))
          traits.has_rules = true;
        else if (before.is("rule") && further_external(token.text) != nullptr)
          rules.insert(token.text);
        else if (names_external(token) && !next.is("=")) // `filename = ...` is a line of `meta`
          traits.reads_externals = true;
        else if (token.kind == Token::Kind::word && further_external(token.text) != nullptr &&
                 !next.is("=") && !before.is(".")) // `hash.md5` is another
          traits.further_externals.insert(token.text);
      });
  for (const std::string& rule : rules) traits.further_externals.erase(rule);
  if (!understood || !traits.includes.empty()) traits.reads_externals = true;
  if (!understood) {
    traits.has_rules = true;
    for (const FurtherExternal& external : kFurtherExternals)
      if (source.find(external.name) != std::string_view::npos)
        traits.further_externals.insert(std::string(external.name));
  }
  return traits;
}

RuleMentions::RuleMentions(std::string_view source) {
  bool includes = false;
  const auto take = [&](const Token& token, const Token& next, const Token&) {
    includes = includes || token.kind == Token::Kind::include;
    if (token.kind != Token::Kind::word) return;
    words_.insert(token.text);
    if (next.is("*")) prefixes_.insert(token.text);
  };
  const bool understood = for_each_token(source, take);
  is_complete_ = understood && !includes;
}

bool RuleMentions::may_be_referred_to(const std::string& name) const {
  return !is_complete_ || words_.count(name) > 1 ||
         std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

} // namespace coldsweep
