// SPDX-License-Identifier: Apache-2.0
// One manifest line -> the few fields that a check needs, without building the rest of it. Private
// to manifest/. The manifest may come from a stranger: depth and number of what is kept are
// bounded.
#pragma once

#include "base/types.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace coldsweep {

/// Integers, texts, booleans and nulls that stand in the object (`path`) or in an object within it
/// (`hashes.sha256`). Every function throws FormatError saying which field is missing or of another
/// type.
class LineFields {
public:
  /// Throws FormatError when the line is not one JSON object, or names a field twice.
  static LineFields parse(std::string_view line);

  bool has(const std::string& field) const { return values_.contains(field); }
  /// Whether the field is there, and not null.
  bool has_value(const std::string& field) const {
    const auto found = values_.find(field);
    return found != values_.end() && !std::holds_alternative<std::nullptr_t>(found->second);
  }
  const std::string& text(const std::string& field) const;
  u64 number(const std::string& field) const;
  bool flag(const std::string& field) const;
  std::optional<std::string> text_or_null(const std::string& field) const;
  /// Of all numbers within an object.
  u64 sum_within(const std::string& object) const;

  struct Other {}; ///< an array, a fraction or a negative number
  using Value = std::variant<std::nullptr_t, bool, u64, std::string, Other>;

private:
  const Value& at(const std::string& field) const;
  std::map<std::string, Value, std::less<>> values_;
};

} // namespace coldsweep
