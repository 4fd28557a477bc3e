// SPDX-License-Identifier: Apache-2.0
// First bytes -> the type label that rules compare the external `filetype` with. The labels are
// those of LOKI and THOR that public rules name; the magic numbers are those of the formats. Only
// types that are certain.
#include "rules/scanner.h"

#include "base/text.h"
#include "rules/rule_files.h"

#include <algorithm>
#include <array>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  std::string_view label;
  u64 offset = 0;
};

/// The first that fits decides.
constexpr std::array kMagics{
    Magic{"MZ"sv, "EXE"sv},
    Magic{"\x7F"
          "ELF"sv,
          "ELF"sv},
    Magic{"\xFE\xED\xFA\xCE"sv, "MACH-O"sv}, // 32 and 64 bits, either byte order
    Magic{"\xCE\xFA\xED\xFE"sv, "MACH-O"sv},
    Magic{"\xFE\xED\xFA\xCF"sv, "MACH-O"sv},
    Magic{"\xCF\xFA\xED\xFE"sv, "MACH-O"sv},
    Magic{"MDMP\x93\xA7"sv,
          "MDMP"sv}, // MINIDUMP_HEADER: signature, version; whether of LSASS isn't known here
    Magic{"PK\x03\x04"sv, "ZIP"sv},
    Magic{"PK\x05\x06"sv, "ZIP"sv}, // without a member
    Magic{"Rar!\x1A\x07"sv, "RAR"sv},
    Magic{"7z\xBC\xAF\x27\x1C"sv, "7ZIP"sv},
    Magic{"MSCF\0\0\0\0"sv, "CAB"sv},
    Magic{"\x1F\x8B\x08"sv, "GZIP"sv},
    Magic{"BZh"sv, "BZIP2"sv},
    Magic{"\xFD"
          "7zXZ\0"sv,
          "XZ"sv},
    Magic{"ustar"sv, "TAR"sv, 257},
    Magic{"%PDF-"sv, "PDF"sv},
    Magic{"{\\rt"sv, "RTF"sv}, // Word accepts it without the `f`, and exploits omit that
    Magic{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "OLE"sv},
    Magic{"GIF87a"sv, "GIF"sv},
    Magic{"GIF89a"sv, "GIF"sv},
    Magic{"\x89PNG\r\n\x1A\n"sv, "PNG"sv},
    Magic{"\xFF\xD8\xFF"sv, "JPG"sv},
    Magic{"BM"sv, "BMP"sv},                    // and a header that fits, see below
    Magic{"L\0\0\0\x01\x14\x02\0"sv, "LNK"sv}, // MS-SHLLINK 2.1: size, class id
    Magic{"regf"sv, "REGF"sv},
    Magic{"ElfFile\0"sv, "EVTX"sv},
    Magic{"!BDN"sv, "PST"sv}, // MS-PST 2.2.2.6
    Magic{"SQLite format 3\0"sv, "SQLITE"sv},
    Magic{"\xCA\xFE\xBA\xBE"sv, "CLASS"sv}, // or a Mach-O with several architectures, see below
};

/// The beginning of a text, in lower case, without leading white space.
constexpr std::array kTexts{
    Magic{"<?php"sv, "PHP"sv},
    Magic{"<?xml"sv, "XML"sv},
    Magic{"@echo off"sv, "BATCH"sv},
};

constexpr std::size_t kTextWindow = 4096;

bool has(ByteView content, const Magic& magic) {
  const std::string_view text = chars_of(content);
  return text.size() >= magic.offset && text.substr(magic.offset).starts_with(magic.bytes);
}

/// Texts may begin with `BM` too; a bitmap's reserved fields are zero.
bool is_bitmap(std::string_view text) {
  return text.size() >= 14 && text.substr(6, 4) == "\0\0\0\0"sv;
}

/// At the place of a universal Mach-O's number of architectures, a class file has its major
/// version, which is at least 45.
bool is_universal_binary(std::string_view text) {
  return text.size() >= 8 && text.substr(4, 3) == "\0\0\0"sv && static_cast<u8>(text[7]) < 45;
}

std::string_view magic_label(ByteView content) {
  for (const Magic& magic : kMagics) {
    if (!has(content, magic)) continue;
    if (magic.label == "BMP" && !is_bitmap(chars_of(content))) continue;
    if (magic.label == "CLASS" && is_universal_binary(chars_of(content))) return "MACH-O";
    return magic.label;
  }
  return {};
}

/// A page directive distinguishes ASP.NET, JSP and classic ASP. Other `<%` pages are classic ASP or
/// JSP.
std::string_view script_label(std::string_view text) {
  for (const Magic& magic : kTexts)
    if (text.starts_with(magic.bytes)) return magic.label;
  if (!text.starts_with("<%")) return {};
  const std::string_view directive = text.substr(0, text.find("%>"));
  if (directive.find("import=") != std::string_view::npos ||
      directive.find("contenttype=") != std::string_view::npos ||
      directive.find("java") != std::string_view::npos)
    return "JSP";
  return "ASP"; // rules use it for ASP.NET pages as well
}

} // namespace

std::string file_type_label(ByteView content) {
  if (const std::string_view label = magic_label(content); !label.empty())
    return std::string(label);
  const ByteView window = content.first(std::min(content.size(), kTextWindow));
  std::string text = ascii_lower(without_bom(chars_of(window)));
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const std::string_view label = script_label(text);
  return std::string(label.empty() ? "UNKNOWN" : label);
}

} // namespace coldsweep
