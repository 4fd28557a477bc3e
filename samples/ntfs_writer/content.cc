// SPDX-License-Identifier: GPL-2.0-or-later
#include "content.h"

#include "base64.h"

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace ntfs_writer {
namespace {

using coldsweep::recipe::Pattern;

std::optional<std::uint16_t> escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[1] != 'u') return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (error != std::errc{} || end != text.data() + 6) return std::nullopt;
  return static_cast<std::uint16_t>(unit);
}

/// The first code point of valid UTF-8 (nlohmann-json accepts nothing else), and its length.
std::pair<char32_t, std::size_t> code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t value = length == 1 ? lead : lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  return {value, length};
}

Pattern parse_pattern(const std::string& name) {
  for (const Pattern kind : {Pattern::random, Pattern::text, Pattern::zeros})
    if (name == coldsweep::recipe::name_of(kind)) return kind;
  throw RecipeError("no such pattern: " + name);
}

} // namespace

Name parse_name(std::string_view text) {
  Name name;
  while (!text.empty()) {
    if (text[0] == '\\') {
      const std::optional<std::uint16_t> unit = escaped_unit(text);
      if (!unit) throw RecipeError("a backslash in a name must start \\uXXXX");
      name.push_back(*unit);
      text.remove_prefix(6);
      continue;
    }
    const auto [value, length] = code_point(text);
    if (value >= 0x10000) {
      name.push_back(static_cast<std::uint16_t>(0xD800 + ((value - 0x10000) >> 10)));
      name.push_back(static_cast<std::uint16_t>(0xDC00 + ((value - 0x10000) & 0x3FF)));
    } else {
      name.push_back(static_cast<std::uint16_t>(value));
    }
    text.remove_prefix(length);
  }
  if (name.size() > 255) throw RecipeError("a name of more than 255 units");
  return name;
}

std::vector<Name> parse_path(std::string_view text) {
  std::vector<Name> path;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('/'), text.size());
    if (end > 0) path.push_back(parse_name(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return path;
}

std::uint64_t parse_size(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::array units{"", " KiB", " MiB", " GiB", " TiB"};
  if (error == std::errc{}) {
    for (std::size_t i = 0; i < units.size(); ++i)
      if (unit == units[i]) return number << (10 * i);
  }
  throw RecipeError("not a size: " + text + " (such as 4096 or \"1 TiB\")");
}

Content Content::parse(const Json& value) {
  Content content;
  if (value.contains("base64")) {
    const auto bytes =
        coldsweep::recipe::from_base64(value.at("base64").get_ref<const std::string&>());
    if (!bytes) throw RecipeError("not base64");
    content.literal_ = *bytes;
    content.size_ = bytes->size();
  } else if (value.contains("text")) {
    content.literal_ = value.at("text").get<std::string>();
    content.size_ = content.literal_.size();
  } else {
    content.is_literal_ = false;
    content.pattern_ = parse_pattern(value.at("pattern").get<std::string>());
    content.seed_ = value.value("seed", std::uint64_t{0});
    content.size_ = parse_size(value.at("size"));
  }
  return content;
}

void Content::read(std::uint64_t offset, std::span<std::byte> into) const {
  if (is_literal_)
    std::memcpy(into.data(), literal_.data() + offset, into.size());
  else
    coldsweep::recipe::fill_pattern(pattern_, seed_, offset, into);
}

} // namespace ntfs_writer
