// SPDX-License-Identifier: Apache-2.0
#include "content/uuencode.h"

#include <algorithm>

namespace coldsweep {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The name in a line `begin MODE NAME`; empty if it is none.
std::string_view name_in(std::string_view line) {
  constexpr std::string_view kBegin = "begin ";
  if (!line.starts_with(kBegin)) return {};
  line.remove_prefix(kBegin.size());
  const std::size_t digits = std::min(line.find_first_not_of("01234567"), line.size());
  if (digits < 3 || digits > 4 || digits == line.size() || line[digits] != ' ') return {};
  return line.substr(digits + 1);
}

bool is_encoded(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '`'; });
}

unsigned six_bits(std::string_view line, std::size_t at) {
  return at < line.size() ? (static_cast<unsigned char>(line[at]) - 32U) & 63U
                          : 0U; // blanks get lost
}

/// Appends what a line holds. Returns false if it is not an encoded line.
bool decode_line(std::string_view line, std::string& into) {
  const std::size_t length = six_bits(line, 0);
  const std::size_t characters = (length + 2) / 3 * 4;
  if (line.empty() || !is_encoded(line) || line.size() > 1 + characters + 2) return false;
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t at = 1 + i / 3 * 4 + i % 3;
    const unsigned pair = six_bits(line, at) << 6 | six_bits(line, at + 1);
    into += static_cast<char>(pair >> (4 - 2 * (i % 3)) & 0xFF);
  }
  return true;
}

} // namespace

std::optional<UuFile> take_uu_file(std::string_view& text) {
  while (!text.empty()) {
    if (!text.starts_with("begin ")) {
      const std::size_t next = text.find("\nbegin ");
      if (next == std::string_view::npos) break;
      text.remove_prefix(next + 1);
    }
    UuFile file;
    file.name = name_in(take_line(text));
    if (file.name.empty()) continue;
    while (!text.empty() && !file.whole) {
      std::string_view rest = text;
      const std::string_view line = take_line(rest);
      file.whole = line == "end";
      if (!file.whole && !decode_line(line, file.bytes)) break;
      text = rest;
    }
    if (!file.bytes.empty()) return file;
  }
  text = {};
  return std::nullopt;
}

bool has_uu_file(std::string_view text) { return take_uu_file(text).has_value(); }

} // namespace coldsweep
