// SPDX-License-Identifier: Apache-2.0
// YARA source as the prefilter sees it: rules with their strings and conditions. Plain values.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// A node of a condition. A part that isn't understood is `unknown`: it may have any value.
struct Expr {
  enum class Kind : u8 {
    unknown,
    boolean,    // number: 0 or 1
    number,     // number
    text,       // text
    regex,      // text: between the slashes; number: 1 with the flag `i`, 2 with `s`
    filesize,   //
    read,       // text: uint16be ...; args: offset
    identifier, // text: with dots, without arguments and indices; args: none
    string,     // text: $a; `$` in a loop
    string_at,  // text; args: offset
    string_in,  // text; args: from, to
    count,      // #a; text: $a; args: none, or from, to
    place,      // @a or !a; text: $a; args: none, or index
    of,         // args: quantifier, then `at` offset or `in` range; set
    for_of,     // args: quantifier, body; set
    for_in,     // args: quantifier, body, and of a range from and to; set.names: the variables
    not_,
    defined,
    and_,
    or_,
    compare, // text: == != < <= > >=
    textual, // text: contains, icontains, matches, ...; args: left, right
    arithmetic,
    quantifier, // text: all, any, none
    percent,    // args: a number; only as a quantifier
  };
  struct Set {
    bool them = false;
    bool of_rules = false;
    std::vector<std::string> names; // with a final * for a wildcard
  };
  Kind kind = Kind::unknown;
  i64 number = 0;
  std::string text;
  std::vector<Expr> args;
  Set set;
  bool in = false; // of an `of`: `in` a range; else, with a second argument, `at` an offset
};

struct StringDeclaration {
  enum class Kind : u8 { text, hex, regex };
  std::string id; // $a; `$` for an anonymous one
  Kind kind = Kind::text;
  std::string body; // bytes of a text, or what is between the braces or the slashes
  std::size_t begin = 0, length = 0; // of value and modifiers in the rule's text; 0: not known
  bool ascii = false, wide = false, nocase = false, fullword = false, dot_all = false;
  bool base64 = false, base64wide = false;
  std::optional<std::string> alphabet;
  std::optional<std::pair<i64, i64>> xor_keys;
};

struct ParsedRule {
  std::string name;
  bool is_private = false, is_global = false;
  std::vector<StringDeclaration> strings;
  Expr condition;
  std::string source; // from its first modifier to the closing brace

  /// The string's value and modifiers as they were written; empty if that isn't known.
  std::string_view text_of(const StringDeclaration& string) const {
    return std::string_view(source).substr(string.begin, string.length);
  }
};

struct ParsedSource {
  std::vector<std::string> imports;
  std::vector<ParsedRule> rules;
  std::string problem; // why it could not be parsed; then the rest means nothing
};

} // namespace coldsweep
