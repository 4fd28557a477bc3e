// SPDX-License-Identifier: Apache-2.0
// One manifest line -> the few fields that a check needs, without building the rest of it. The
// manifest is not trusted, so the depth and the number of fields are bounded. Private to manifest/.
#pragma once

#include "base/types.h"

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace coldsweep {

/// The integers, texts, booleans and nulls in the object (`path`) or in an object within it
/// (`hashes.sha256`). Every function throws FormatError naming the field if it is missing or has
/// another type, or if a sum overflows.
class LineFields {
public:
  /// Throws FormatError if the line is not one JSON object, or if any object in it has a field
  /// twice.
  static LineFields parse(std::string_view line);

  bool has(const std::string& field) const { return values_.contains(field); }
  /// Whether the field exists and is not null.
  bool has_value(const std::string& field) const {
    const auto found = values_.find(field);
    return found != values_.end() && !std::holds_alternative<std::nullptr_t>(found->second);
  }
  const std::string& text(const std::string& field) const;
  u64 number(const std::string& field) const;
  bool flag(const std::string& field) const;
  std::optional<std::string> text_or_null(const std::string& field) const;
  u64 sum(std::initializer_list<const char*> fields) const;
  /// The sum of all numbers in an object.
  u64 sum_within(const std::string& object) const;

  struct Other {}; ///< an array, a fraction or a negative number
  using Value = std::variant<std::nullptr_t, bool, u64, std::string, Other>;

private:
  const Value& at(const std::string& field) const;
  std::map<std::string, Value, std::less<>> values_;
};

} // namespace coldsweep
