// SPDX-License-Identifier: Apache-2.0
// The external variables that public rule sets expect. What each one holds: decisions 13 and 82 in
// docs/design/examine.md.
#pragma once

#include "base/types.h"

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coldsweep {

/// Always defined, as strings, in this order.
constexpr std::array<std::string_view, 7> kExternalNames{
    "filename", "filepath", "extension", "filetype", "owner", "unpack_parent", "unpack_source"};

/// Their values for one path of a stream.
struct Externals {
  std::string filename, filepath, extension, filetype, owner;
  /// Of a member: what the archives around it are, the innermost and all of them (`EMAIL>ZIP`).
  std::string unpack_parent{}, unpack_source{};
};

/// In the order of kExternalNames.
std::array<const std::string*, kExternalNames.size()> values_of(const Externals& externals);

/// Further variables of LOKI and THOR. They are defined where a rule file names them: a rule may
/// have such a name, too.
struct FurtherExternal {
  std::string_view name;
  std::variant<std::string_view, i64, double> value; ///< if nothing better is known
};

/// Of the content. A scan sets them where rules name them.
constexpr std::array<std::string_view, 3> kHashNames{"md5", "sha1", "sha256"};

/// THOR's manual, "Additional Attributes", and LOKI's loki.py. What follows the hashes isn't known
/// of a stream. An age that isn't known is not a number there.
inline constexpr std::array<FurtherExternal, 10> kFurtherExternals{{
    {"md5", std::string_view()},
    {"sha1", std::string_view()},
    {"sha256", std::string_view()},
    {"timezone", std::string_view()},
    {"language", std::string_view()},
    {"group", std::string_view()}, // empty on Windows
    {"permissions", std::string_view()},
    {"filemode", i64{0}},
    {"osversion", i64{0}},
    {"age", std::numeric_limits<double>::quiet_NaN()},
}};

/// Null if there is none of this name.
const FurtherExternal* further_external(std::string_view name);

/// A variable that the user defines.
struct Definition {
  std::string name;
  std::variant<std::string, i64, double, bool> value;
};

/// `NAME=VALUE`, where VALUE has the type that `yara -d` gives it: digits are an integer, with a
/// point a float; `true` and `false` are booleans; anything else is a string. Throws UsageError if
/// the name is none, or that of a variable that each stream has its own value of.
Definition parse_definition(const std::string& text);
std::vector<Definition> parse_definitions(const std::vector<std::string>& texts);

} // namespace coldsweep
