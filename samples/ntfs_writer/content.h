// SPDX-License-Identifier: GPL-2.0-or-later
// What a recipe writes: literal bytes or a pattern, and names. Parsed from JSON, with messages that
// a person can act on.
#pragma once

#include "pattern.h"

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace ntfs_writer {

using Json = nlohmann::json;

struct RecipeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// UTF-16 as NTFS stores it, in the machine's byte order.
using Name = std::vector<std::uint16_t>;

/// UTF-8 to UTF-16. `\uXXXX` is that UTF-16 unit unchanged, even half of a surrogate pair or NUL; a
/// backslash is `\u005c`.
Name parse_name(std::string_view text);
/// Splits a path at `/`. The root has no components.
std::vector<Name> parse_path(std::string_view text);

/// An integer, or text such as `1 TiB`.
std::uint64_t parse_size(const Json& value);

class Content {
public:
  /// {"base64":..}, {"text":..} or {"pattern":"random|text|zeros","seed":..,"size":..}.
  static Content parse(const Json& value);
  std::uint64_t size() const { return size_; }
  void read(std::uint64_t offset, std::span<std::byte> into) const;

private:
  std::string literal_;
  bool is_literal_ = true;
  coldsweep::recipe::Pattern pattern_ = coldsweep::recipe::Pattern::zeros;
  std::uint64_t seed_ = 0, size_ = 0;
};

} // namespace ntfs_writer
