// SPDX-License-Identifier: Apache-2.0
#include "model/externals.h"

#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <system_error>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostOfName = 128; // libyara's longest identifier

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_identifier(std::string_view name) {
  return !name.empty() && name.size() <= kMostOfName && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

/// Of the whole text. Absent if the number doesn't fit.
template <typename T> std::optional<T> number_of(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

} // namespace

std::array<const std::string*, kExternalNames.size()> values_of(const Externals& externals) {
  return {&externals.filename,     &externals.filepath, &externals.extension,
          &externals.filetype,     &externals.owner,    &externals.unpack_parent,
          &externals.unpack_source};
}

const FurtherExternal* further_external(std::string_view name) {
  const auto found =
      std::find_if(kFurtherExternals.begin(), kFurtherExternals.end(),
                   [&](const FurtherExternal& external) { return external.name == name; });
  return found == kFurtherExternals.end() ? nullptr : &*found;
}

Definition parse_definition(const std::string& text) {
  const auto fail = [&](std::string_view why) {
    throw UsageError(fmt::format("--define {}: {}", printable(text), why));
  };
  const std::size_t equals = text.find('=');
  Definition definition{text.substr(0, equals), {}};
  if (equals == std::string::npos || !is_identifier(definition.name))
    fail("expected NAME=VALUE, with a name of letters, digits and `_`");
  for (const auto& set_by_scan : {std::span<const std::string_view>(kExternalNames),
                                  std::span<const std::string_view>(kHashNames)})
    if (std::find(set_by_scan.begin(), set_by_scan.end(), definition.name) != set_by_scan.end())
      fail("each stream has its own value of this variable");

  const std::string value = text.substr(equals + 1);
  if (std::any_of(value.begin(), value.end(), [](char c) { return c >= 0 && c < ' '; }))
    fail("control characters");
  const std::string_view digits = std::string_view(value).substr(value.starts_with('-') ? 1 : 0);
  const auto points = std::count(digits.begin(), digits.end(), '.');
  const bool number =
      !digits.empty() && digits.front() != '.' && points <= 1 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (number && points == 0) {
    const std::optional<i64> integer = number_of<i64>(value);
    if (!integer) fail("the number is too large");
    definition.value = *integer;
  } else if (number) {
    const std::optional<double> real = number_of<double>(value);
    if (!real) fail("the number is too large");
    definition.value = *real;
  } else if (value == "true" || value == "false") {
    definition.value = value == "true";
  } else {
    definition.value = value;
  }
  return definition;
}

std::vector<Definition> parse_definitions(const std::vector<std::string>& texts) {
  std::vector<Definition> all;
  for (const std::string& text : texts) {
    all.push_back(parse_definition(text));
    const auto same = [&](const Definition& other) { return other.name == all.back().name; };
    if (std::any_of(all.begin(), all.end() - 1, same))
      throw UsageError(fmt::format("--define {}: defined twice", printable(text)));
  }
  return all;
}

} // namespace coldsweep
