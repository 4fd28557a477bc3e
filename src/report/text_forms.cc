// SPDX-License-Identifier: Apache-2.0
#include "report/text_forms.h"

#include "base/hash.h"
#include "base/text.h"

#include <charconv>

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

// The name space of coldsweep's reports. It is random and must never change.
constexpr std::string_view kOwnNameSpace =
    "\x8d\x1f\x5c\x02\x6b\x3e\x4f\x7a\x9c\x41\x0e\xd7\x52\xa8\x33\xb6";
// 00abedb4-aa42-466c-9c01-fed23315a9b7: STIX 2.1, 2.9.
constexpr std::string_view kStixNameSpace{
    "\x00\xab\xed\xb4\xaa\x42\x46\x6c\x9c\x01\xfe\xd2\x33\x15\xa9\xb7", 16};

std::string entities(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
    case '&': escaped += "&amp;"; break;
    case '<': escaped += "&lt;"; break;
    case '>': escaped += "&gt;"; break;
    case '"': escaped += "&quot;"; break;
    case '\'': escaped += "&#39;"; break;
    default: escaped += c;
    }
  }
  return escaped;
}

std::string uuid5_in(std::string_view name_space, std::string_view name) {
  Hasher hasher(HashKind::sha1);
  hasher.add(name_space);
  hasher.add(name);
  std::string hex = hasher.finish().substr(0, 32);
  hex[12] = '5';
  constexpr std::string_view digits = "0123456789abcdef";
  hex[16] = digits[8 | (digits.find(hex[16]) & 3)];
  for (const std::size_t at : {20u, 16u, 12u, 8u}) hex.insert(at, "-");
  return hex;
}

std::optional<i64> digits_at(std::string_view& text) {
  i64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return value;
}

/// Days since 1970 in the proleptic Gregorian calendar. Years are counted from March, so that leap
/// days come last.
i64 days_from_civil(i64 year, i64 month, i64 day) {
  year -= month <= 2 ? 1 : 0;
  const i64 era = year / 400;
  const i64 year_of_era = year - era * 400;
  const i64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

} // namespace

std::string html(std::string_view text) { return entities(printable(text)); }

std::string xml(std::string_view text) {
  // U+FFFE and U+FFFF are valid in UTF-8, but not in XML.
  std::string shown = printable(text);
  for (const auto& [raw, escaped] :
       {std::pair{"\xEF\xBF\xBE", "\\u{fffe}"}, {"\xEF\xBF\xBF", "\\u{ffff}"}})
    for (std::size_t at = 0; (at = shown.find(raw, at)) != std::string::npos;)
      shown.replace(at, 3, escaped);
  return entities(shown);
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_for_script(const Json& value) {
  const std::string plain = json_text(value);
  std::string escaped;
  escaped.reserve(plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const std::string_view rest = std::string_view(plain).substr(i, 3);
    if (plain[i] == '<' || plain[i] == '>' || plain[i] == '&') {
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned>(plain[i]));
    } else if (rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9") {
      escaped += rest == "\xE2\x80\xA8" ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      escaped += plain[i];
    }
  }
  return escaped;
}

std::string clipped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  constexpr std::string_view mark = "\xE2\x80\xA6";
  std::size_t end = limit > mark.size() ? limit - mark.size() : 0;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(mark);
}

std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  u32 bits = 0;
  int held = 0;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    u32 byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    bits = (bits << 8) | byte;
    for (held += 8; held >= 6; held -= 6) text += letters[(bits >> (held - 6)) & 63];
  }
  if (held > 0) text += letters[(bits << (6 - held)) & 63];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string uuid5(std::string_view name) { return uuid5_in(kOwnNameSpace, name); }
std::string stix_uuid5(std::string_view name) { return uuid5_in(kStixNameSpace, name); }

std::optional<UnixTime> unix_time(std::string_view iso) {
  constexpr i64 longest_year = 60'056; // the last that NTFS can express
  std::array<i64, 6> parts{};
  for (i64& part : parts) {
    const std::optional<i64> digits = digits_at(iso);
    if (!digits) return std::nullopt;
    part = *digits;
  }
  const auto [year, month, day, hour, minute, second] = parts;
  if (year < 1601 || year > longest_year || month < 1 || month > 12 || day < 1 || day > 31 ||
      hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  u32 ticks = 0;
  for (int digit = 0; digit < 7; ++digit) {
    const bool more = !iso.empty() && iso.front() >= '0' && iso.front() <= '9';
    ticks = ticks * 10 + (more ? static_cast<u32>(iso.front() - '0') : 0);
    if (more) iso.remove_prefix(1);
  }
  const i64 seconds = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  return UnixTime{seconds, ticks};
}

} // namespace coldsweep::report
