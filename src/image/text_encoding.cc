// SPDX-License-Identifier: Apache-2.0
#include "image/text_encoding.h"

#include <algorithm>

#include <iconv.h>

namespace coldsweep {
namespace {

constexpr std::size_t kLongestName = 40;

/// Only names of encodings: glibc also takes options (`//TRANSLIT`) and a slash.
bool is_name(std::string_view encoding) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  };
  return !encoding.empty() && encoding.size() <= kLongestName &&
         std::all_of(encoding.begin(), encoding.end(), is_plain);
}

class Converter {
public:
  explicit Converter(std::string_view from)
      : handle_(::iconv_open("UTF-8", std::string(from).c_str())) {}
  ~Converter() {
    if (is_open()) ::iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); } // iconv_open(3)
  iconv_t get() const { return handle_; }

private:
  iconv_t handle_;
};

} // namespace

std::optional<std::string> utf8_of(std::string_view text, std::string_view encoding) {
  if (!is_name(encoding)) return std::nullopt;
  const Converter converter(encoding);
  if (!converter.is_open()) return std::nullopt;
  std::string from(text), to(text.size() * 4, '\0');
  char* in = from.data();
  char* out = to.data();
  std::size_t left = from.size(), room = to.size();
  if (::iconv(converter.get(), &in, &left, &out, &room) == static_cast<std::size_t>(-1) ||
      ::iconv(converter.get(), nullptr, nullptr, &out, &room) == static_cast<std::size_t>(-1))
    return std::nullopt;
  to.resize(to.size() - room);
  return to;
}

} // namespace coldsweep
