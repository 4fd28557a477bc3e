// SPDX-License-Identifier: Apache-2.0
#include "weigh/content_facts.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr u64 kTextWindow = 64_KiB;

template <std::size_t N>
bool one_of(std::string_view wanted, const std::array<std::string_view, N>& known) {
  return std::find(known.begin(), known.end(), wanted) != known.end();
}

// Extensions of files that a server executes or serves as text.
constexpr std::array kTextExtensions{
    ".aspx"sv, ".ashx"sv, ".asmx"sv, ".asax"sv, ".ascx"sv, ".asp"sv,    ".soap"sv,
    ".php"sv,  ".jsp"sv,  ".jspx"sv, ".cfm"sv,  ".js"sv,   ".css"sv,    ".htm"sv,
    ".html"sv, ".txt"sv,  ".csv"sv,  ".ini"sv,  ".xml"sv,  ".config"sv,
};
constexpr std::array kImageExtensions{".gif"sv, ".jpg"sv, ".jpeg"sv, ".png"sv, ".bmp"sv};
// Extensions that no program and no memory dump has.
constexpr std::array kDocumentExtensions{".pdf"sv, ".doc"sv, ".docx"sv, ".xls"sv, ".xlsx"sv,
                                         ".ppt"sv, ".zip"sv, ".7z"sv,   ".rar"sv, ".cab"sv,
                                         ".eot"sv, ".ttf"sv, ".woff"sv, ".svg"sv, ".log"sv};

constexpr std::array kImages{"GIF"sv, "PNG"sv, "JPG"sv, "BMP"sv};
constexpr std::array kPrograms{"EXE"sv, "ELF"sv, "MACH-O"sv, "CLASS"sv, "MDMP"sv, "REGF"sv};
constexpr std::array kBinaries{"EXE"sv, "ELF"sv,    "MACH-O"sv, "CLASS"sv, "MDMP"sv, "ZIP"sv,
                               "RAR"sv, "7ZIP"sv,   "CAB"sv,    "GZIP"sv,  "XZ"sv,   "BZIP2"sv,
                               "TAR"sv, "PDF"sv,    "OLE"sv,    "LNK"sv,   "REGF"sv, "EVTX"sv,
                               "PST"sv, "SQLITE"sv, "GIF"sv,    "PNG"sv,   "JPG"sv,  "BMP"sv};
constexpr std::array kScripts{"PHP"sv, "ASP"sv, "JSP"sv, "BATCH"sv};

/// A certificate or certificate request in DER: a sequence (X.690, 8.9) whose two-byte length fits
/// the content.
bool is_der(ByteView content) {
  if (content.size() < 4 || content[0] != std::byte{0x30} || content[1] != std::byte{0x82})
    return false;
  const u64 length = std::to_integer<u64>(content[2]) << 8 | std::to_integer<u64>(content[3]);
  return length >= 0x80 && length + 4 <= content.size();
}

} // namespace

PlainText plain_text(ByteView content, u64 limit) {
  PlainText plain;
  const auto at = [&](std::size_t i) { return std::to_integer<u8>(content[i]); };
  std::size_t low = 0; // of the two bytes of a code unit
  if (content.size() >= 2 && at(0) == 0xFF && at(1) == 0xFE) {
    plain = {{}, 2, 2};
  } else if (content.size() >= 2 && at(0) == 0xFE && at(1) == 0xFF) {
    plain = {{}, 2, 2};
    low = 1;
  } else if (content.size() >= 4 && at(0) != 0 && at(1) == 0 && at(2) != 0 && at(3) == 0) {
    plain = {{}, 0, 2}; // without a byte order mark, as Windows sometimes writes it
  } else {
    if (content.size() >= 3 && at(0) == 0xEF && at(1) == 0xBB && at(2) == 0xBF) plain.skipped = 3;
    plain.text = chars_of(content.subspan(plain.skipped)).substr(0, limit);
    return plain;
  }
  for (std::size_t i = plain.skipped; i + 1 < content.size() && plain.text.size() < limit; i += 2) {
    const bool ascii = at(i + 1 - low) == 0 && at(i + low) < 0x80;
    plain.text += ascii ? static_cast<char>(at(i + low)) : '?';
  }
  return plain;
}

const std::optional<std::string>& ContentFacts::text() const {
  if (text_) return *text_;
  std::string text = plain_text(content_, kTextWindow).text;
  const bool binary =
      text.empty() || one_of(file_type_, kBinaries) || text.find('\0') != std::string::npos;
  text_.emplace();
  if (!binary) *text_ = ascii_lower(text);
  return *text_;
}

std::optional<std::string> ContentFacts::mismatch(std::string_view extension) const {
  const bool page = one_of(extension, kTextExtensions), image = one_of(extension, kImageExtensions);
  const bool der = page && is_der(content_);
  const bool wrong = der || (page && one_of(file_type_, kBinaries)) ||
                     (image && one_of(file_type_, kBinaries) && !one_of(file_type_, kImages)) ||
                     (image && one_of(file_type_, kScripts)) ||
                     (one_of(extension, kDocumentExtensions) && one_of(file_type_, kPrograms));
  if (wrong)
    return fmt::format("the content is {}, the name says {}", der ? "DER" : file_type_, extension);
  if (image && one_of(file_type_, kImages)) {
    const std::string text = ascii_lower(plain_text(content_, kTextWindow).text);
    for (const std::string_view opening : {"<%@ "sv, "<?php"sv, "<script"sv})
      if (text.find(opening) != std::string::npos) return "a script stands in an image";
  }
  return std::nullopt;
}

} // namespace coldsweep
