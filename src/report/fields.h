// SPDX-License-Identifier: Apache-2.0
// Typed fields of a JSON object. A missing or null field is absent; a field of another type is a
// FormatError. Private to report/. Pure functions.
#pragma once

#include "base/error.h"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace coldsweep::report {

using Json = nlohmann::ordered_json;

[[noreturn]] inline void wrong_type(const char* field, const char* expected) {
  throw FormatError(std::string("`") + field + "`: expected " + expected);
}

/// Null if there is none.
inline const Json* member_of(const Json& object, const char* field) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(field);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

inline std::string text_of(const Json& object, const char* field) {
  const Json* value = member_of(object, field);
  if (!value) return {};
  if (!value->is_string()) wrong_type(field, "a text");
  return value->get<std::string>();
}

inline std::optional<u64> maybe_number(const Json& object, const char* field) {
  const Json* value = member_of(object, field);
  if (!value) return std::nullopt;
  if (!value->is_number_unsigned()) wrong_type(field, "a non-negative number");
  return value->get<u64>();
}

inline u64 number_of(const Json& object, const char* field) {
  return maybe_number(object, field).value_or(0);
}

inline std::optional<i64> maybe_signed(const Json& object, const char* field) {
  const Json* value = member_of(object, field);
  if (!value) return std::nullopt;
  if (!value->is_number_integer()) wrong_type(field, "an integer");
  return value->get<i64>();
}

inline bool flag_of(const Json& object, const char* field) {
  const Json* value = member_of(object, field);
  if (value && !value->is_boolean()) wrong_type(field, "true or false");
  return value && value->get<bool>();
}

/// An empty array if there is none.
inline const Json& array_of(const Json& object, const char* field) {
  static const Json none = Json::array();
  const Json* value = member_of(object, field);
  if (!value) return none;
  if (!value->is_array()) wrong_type(field, "an array");
  return *value;
}

/// An empty object if there is none.
inline const Json& object_of(const Json& object, const char* field) {
  static const Json none = Json::object();
  const Json* value = member_of(object, field);
  if (!value) return none;
  if (!value->is_object()) wrong_type(field, "an object");
  return *value;
}

/// Any value as a text: a text as it is, everything else as JSON.
inline std::string shown(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace coldsweep::report
