// SPDX-License-Identifier: Apache-2.0
// Base64 text to bytes and back (RFC 4648), white space between groups allowed. Pure functions;
// header only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coldsweep::recipe {

inline constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string to_base64(std::string_view bytes) {
  std::string text;
  unsigned held = 0, bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kBase64Alphabet[(held >> (bits - 6)) & 63];
  }
  if (bits > 0) text += kBase64Alphabet[(held << (6 - bits)) & 63];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

/// Empty if the text is not base64.
inline std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  unsigned held = 0, bits = 0, padding = 0, digits = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    ++digits;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::size_t value = kBase64Alphabet.find(c);
    if (value == std::string_view::npos || padding > 0) return std::nullopt;
    held = (held << 6) | static_cast<unsigned>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((held >> bits) & 0xFF);
    }
  }
  if (digits % 4 != 0 || padding > 2) return std::nullopt;
  return bytes;
}

} // namespace coldsweep::recipe
