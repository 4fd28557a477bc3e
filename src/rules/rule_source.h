// SPDX-License-Identifier: Apache-2.0
// YARA source -> its rules as declared: names, strings as written, and the tokens of each condition. The compiler has
// accepted the source before; what can't be followed here is absent. Private to rules/.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

enum class TokenKind : u8 { word, number, text, regex, hex, sign };

/// A word includes what leads it (`$a`, `#a`, `@a`, `!a`) and a `*` at the end of the name of a string.
struct SourceToken {
  TokenKind kind;
  std::string_view text; ///< in the source
  bool is(std::string_view other) const { return text == other; }
};

struct DeclaredString {
  std::string_view id; ///< `$a`, or `$` alone
  TokenKind kind = TokenKind::text;
  std::string_view value;     ///< with its quotes, slashes or braces
  std::string_view with_mods; ///< value and modifiers, as written
  std::vector<std::string_view> modifiers;
};

struct DeclaredRule {
  std::string_view name;
  std::vector<DeclaredString> strings;
  std::vector<SourceToken> condition;
};

/// Every rule of the source, in order; views into `source`.
std::optional<std::vector<DeclaredRule>> declared_rules(std::string_view source);

/// Whether `name` may be read by a condition of the source: the word stands there more than once (also in comments
/// and texts: too often is harmless), or a `prefix*` of it does.
bool may_be_referred_to(std::string_view source, std::string_view name);

} // namespace coldsweep
