// SPDX-License-Identifier: Apache-2.0
#include "content/archive.h"

#include "base/endian.h"
#include "content/compressed.h"
#include "content/library_walk.h"
#include "content/mail.h"
#include "content/zip.h"

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

/// Whether a tar header is there, of whichever version: they all have a checksum, the sum of its
/// bytes with blanks in its own place (POSIX.1, pax, "ustar Interchange Format").
bool is_tar_header(ByteView content) {
  constexpr u64 kHeader = 512, kChecksum = 148, kChecksumLength = 8;
  if (content.size() < kHeader || content[0] == std::byte{0}) return false;
  u64 stated = 0, digits = 0;
  for (u64 i = kChecksum; i < kChecksum + kChecksumLength; ++i) {
    const auto c = std::to_integer<unsigned>(content[i]);
    if (c >= '0' && c <= '7') {
      stated = stated * 8 + (c - '0');
      ++digits;
    } else if (c != ' ' && c != 0) {
      return false;
    }
  }
  if (digits < 4) return false; // cheap, and true of nearly all other content
  u64 sum = kChecksumLength * ' ';
  for (u64 i = 0; i < kHeader; ++i)
    if (i < kChecksum || i >= kChecksum + kChecksumLength) sum += std::to_integer<u64>(content[i]);
  return sum == stated;
}

} // namespace

ArchiveKind archive_kind(ByteView content) {
  if (content.size() < 18) return ArchiveKind::none; // the size of an empty gzip file
  if (has_at(content, 0, "PK\3\4"sv) || has_at(content, 0, "PK\7\x08"sv)) return ArchiveKind::zip;
  if (has_at(content, 0, "7z\xBC\xAF\x27\x1C"sv)) return ArchiveKind::seven_zip;
  if (has_at(content, 0, "MSCF\0\0\0\0"sv)) return ArchiveKind::cab;
  if (has_at(content, 0, "Rar!\x1A\x07"sv)) return ArchiveKind::rar;
  if (is_compressed(content)) return ArchiveKind::compressed;
  if (has_at(content, 257, "ustar"sv) || is_tar_header(content)) return ArchiveKind::tar;
  if (has_at(content, 0x8001, "CD001"sv)) return ArchiveKind::iso;
  return is_mail(content) ? ArchiveKind::mail : ArchiveKind::none;
}

std::string_view archive_label(ArchiveKind kind, ByteView content) {
  switch (kind) {
  case ArchiveKind::none: return {};
  case ArchiveKind::zip: return "ZIP";
  case ArchiveKind::seven_zip: return "7ZIP";
  case ArchiveKind::cab: return "CAB";
  case ArchiveKind::tar: return "TAR";
  case ArchiveKind::rar: return "RAR";
  case ArchiveKind::iso: return "ISO";
  case ArchiveKind::mail: return "EMAIL";
  case ArchiveKind::compressed: break;
  }
  if (has_at(content, 0, "\x1F\x8B"sv)) return "GZIP";
  if (has_at(content, 0, "BZh"sv)) return "BZIP2";
  return has_at(content, 0,
                "\xFD"
                "7zXZ"sv)
             ? "XZ"
             : "ZSTD";
}

ArchiveWalk walk_archive(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                         const UseMember& use) {
  switch (kind) {
  case ArchiveKind::mail: return walk_mail(content, budget, use);
  case ArchiveKind::zip: return walk_zip(content, budget, use);
  case ArchiveKind::compressed: return walk_compressed(content, budget, use);
  case ArchiveKind::none: return {};
  default: return walk_by_library(content, kind, budget, use);
  }
}

} // namespace coldsweep
