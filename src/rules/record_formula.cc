// SPDX-License-Identifier: Apache-2.0
#include "rules/record_formula.h"

#include <algorithm>
#include <charconv>

namespace coldsweep {
namespace {

using Tokens = std::span<const SourceToken>;

RecordFormula of_string(u32 index) { return {false, index, {}, 0}; }

/// At least `least` of the parts, those that are always true counted already.
RecordFormula at_least(u64 least, std::vector<RecordFormula> parts) {
  const auto unknown = std::remove_if(parts.begin(), parts.end(),
                                      [](const RecordFormula& part) { return part.always; });
  const u64 free = static_cast<u64>(parts.end() - unknown);
  parts.erase(unknown, parts.end());
  if (least <= free || least - free > parts.size()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  return {false, std::nullopt, std::move(parts), static_cast<u32>(least - free)};
}

std::optional<u64> number_of(const SourceToken& token) {
  u64 value = 0;
  const char* end = token.text.data() + token.text.size();
  const auto [stop, error] = std::from_chars(token.text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

int depth_change(const SourceToken& token) {
  if (token.kind != TokenKind::sign) return 0;
  if (token.is("(") || token.is("[")) return 1;
  return token.is(")") || token.is("]") ? -1 : 0;
}

/// The parts between the words `by` that stand outside of any bracket.
std::vector<Tokens> split(Tokens tokens, std::string_view by) {
  std::vector<Tokens> parts;
  int depth = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    depth += depth_change(tokens[i]);
    if (depth != 0 || tokens[i].kind != TokenKind::word || !tokens[i].is(by)) continue;
    parts.push_back(tokens.subspan(from, i - from));
    from = i + 1;
  }
  parts.push_back(tokens.subspan(from));
  return parts;
}

/// Where the bracket that opens at the first token closes; the number of tokens when it does not.
std::size_t closing(Tokens tokens) {
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    depth += depth_change(tokens[i]);
    if (depth == 0) return i;
  }
  return tokens.size();
}

class Reader {
public:
  Reader(const DeclaredRule& rule, const std::vector<bool>& usable)
      : rule_(rule), usable_(usable) {}

  RecordFormula read(Tokens tokens) const {
    while (tokens.size() >= 2 && tokens.front().is("(") && closing(tokens) == tokens.size() - 1)
      tokens = tokens.subspan(1, tokens.size() - 2);
    // `or` binds less than `and`, and that less than all else.
    if (const std::vector<Tokens> choices = split(tokens, "or"); choices.size() > 1)
      return at_least(1, read_all(choices));
    if (const std::vector<Tokens> parts = split(tokens, "and"); parts.size() > 1)
      return at_least(parts.size(), read_all(parts));
    return read_term(tokens);
  }

private:
  std::vector<RecordFormula> read_all(const std::vector<Tokens>& parts) const {
    std::vector<RecordFormula> formulas;
    for (const Tokens part : parts) formulas.push_back(read(part));
    return formulas;
  }

  RecordFormula read_term(Tokens tokens) const {
    if (tokens.empty()) return {};
    const SourceToken& first = tokens.front();
    if (first.text.starts_with('$') && first.text.size() > 1) {
      const bool placed = tokens.size() > 1 && (tokens[1].is("at") || tokens[1].is("in"));
      return tokens.size() == 1 || placed ? one_string(first.text) : RecordFormula{};
    }
    if (first.text.starts_with('#')) return read_count(tokens);
    return read_of(tokens);
  }

  RecordFormula one_string(std::string_view id) const {
    for (std::size_t i = 0; i < rule_.strings.size(); ++i)
      if (rule_.strings[i].id.substr(1) == id.substr(1))
        return usable_[i] ? of_string(static_cast<u32>(i)) : RecordFormula{};
    return {};
  }

  /// `#a`, `#a > 2`, `#a >= 1`, `#a == 4`.
  RecordFormula read_count(Tokens tokens) const {
    if (tokens.size() == 1) return one_string(tokens[0].text);
    if (tokens.size() != 3) return {};
    const std::optional<u64> bound = number_of(tokens[2]);
    if (!bound) return {};
    const bool some =
        tokens[1].is(">") || ((tokens[1].is(">=") || tokens[1].is("==")) && *bound >= 1);
    return some ? one_string(tokens[0].text) : RecordFormula{};
  }

  /// `any of them`, `all of ($a, $b*)`, `2 of them in (0..100)`.
  RecordFormula read_of(Tokens tokens) const {
    if (tokens.size() < 3 || !tokens[1].is("of")) return {};
    std::vector<RecordFormula> set;
    std::size_t end = 0;
    if (tokens[2].is("them")) {
      for (std::size_t i = 0; i < rule_.strings.size(); ++i) set.push_back(of(i));
      end = 3;
    } else {
      const Tokens list = tokens.subspan(2);
      const std::size_t close = list.front().is("(") ? closing(list) : list.size();
      if (close == list.size() || !add_listed(list.subspan(1, close - 1), set)) return {};
      end = 2 + close + 1;
    }
    if (end < tokens.size() && !tokens[end].is("in") && !tokens[end].is("at")) return {};
    if (tokens[0].is("any")) return at_least(1, std::move(set));
    if (tokens[0].is("all")) return at_least(set.size(), std::move(set));
    const std::optional<u64> least = number_of(tokens[0]);
    return least ? at_least(*least, std::move(set)) : RecordFormula{};
  }

  RecordFormula of(std::size_t index) const {
    return usable_[index] ? of_string(static_cast<u32>(index)) : RecordFormula{};
  }

  bool add_listed(Tokens list, std::vector<RecordFormula>& set) const {
    for (const SourceToken& token : list) {
      if (token.is(",")) continue;
      if (!token.text.starts_with('$')) return false; // rules, not strings
      const bool pattern = token.text.ends_with('*');
      const std::string_view name = token.text.substr(0, token.text.size() - (pattern ? 1 : 0));
      for (std::size_t i = 0; i < rule_.strings.size(); ++i) {
        const std::string_view id = rule_.strings[i].id;
        if (pattern ? id.starts_with(name) : id == name) set.push_back(of(i));
      }
    }
    return true;
  }

  const DeclaredRule& rule_;
  const std::vector<bool>& usable_;
};

bool has(const DeclaredString& string, std::string_view modifier) {
  return std::find(string.modifiers.begin(), string.modifiers.end(), modifier) !=
         string.modifiers.end();
}

/// `^`, `$`, `\b` and `\B` look at what stands beside the match.
bool has_anchor(std::string_view regex) {
  for (std::size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] == '\\') {
      ++i;
      if (i < regex.size() && (regex[i] == 'b' || regex[i] == 'B')) return true;
    } else if (regex[i] == '$' || (regex[i] == '^' && (i == 0 || regex[i - 1] != '['))) {
      return true;
    }
  }
  return false;
}

} // namespace

bool RecordFormula::holds(std::span<const u8> present) const {
  if (always) return true;
  if (string) return present[*string] != 0;
  u32 found = 0;
  for (const RecordFormula& part : parts)
    if (part.holds(present) && ++found == least) return true;
  return false;
}

void RecordFormula::add_strings_to(std::vector<bool>& used) const {
  if (string) used[*string] = true;
  for (const RecordFormula& part : parts) part.add_strings_to(used);
}

RecordFormula necessary_condition(const DeclaredRule& rule, const std::vector<bool>& usable) {
  return Reader(rule, usable).read(rule.condition);
}

bool found_in_company(const DeclaredString& string) {
  const bool word = has(string, "fullword");
  switch (string.kind) {
  case TokenKind::regex: return !word && !has_anchor(string.value);
  case TokenKind::text: return !(word && has(string, "xor"));
  default: return true;
  }
}

} // namespace coldsweep
