// SPDX-License-Identifier: Apache-2.0
#include "content/zip_directory.h"

#include "base/endian.h"
#include "content/crc32.h"

#include <algorithm>
#include <array>

namespace coldsweep {
namespace {

constexpr u64 kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20;
constexpr u32 kIn64 = 0xFFFFFFFF; // the value is in the zip64 field

/// Those that any tool writes (4.4.5), and 99 for AES.
bool is_known_method(u16 method) {
  constexpr std::array<u16, 18> kMethods{0,  1,  2,  3,  4,  5,  6,  8,  9,
                                         10, 12, 14, 18, 19, 93, 95, 98, 99};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

/// The extra field `id`; absent if there is none.
std::optional<ByteView> extra_field(ByteView content, const ZipEntry& entry, u16 id) {
  const std::optional<ByteView> all = slice(content, entry.extra_at, entry.extra_length);
  if (!all) return std::nullopt;
  for (u64 at = 0; at + 4 <= all->size();) {
    const u64 length = little<u16>(*all, at + 2).value_or(0);
    if (little<u16>(*all, at) == id) return slice(*all, at + 4, length);
    at += 4 + length;
  }
  return std::nullopt;
}

/// What both headers have: from the flags to the lengths (4.3.7, 4.3.12).
ZipEntry common_fields(ByteView content, u64 at) {
  ZipEntry entry;
  entry.flags = *little<u16>(content, at);
  entry.method = *little<u16>(content, at + 2);
  entry.crc = *little<u32>(content, at + 8);
  entry.stored = *little<u32>(content, at + 12);
  entry.size = *little<u32>(content, at + 16);
  entry.name_length = *little<u16>(content, at + 20);
  entry.extra_length = *little<u16>(content, at + 22);
  return entry;
}

/// Values that don't fit into 32 bits, in the order in which they are there (4.5.3).
void widen(ByteView content, ZipEntry& entry, bool central) {
  const std::optional<ByteView> field = extra_field(content, entry, 1);
  if (!field) return;
  u64 at = 0;
  const auto take = [&](u64& value) {
    if (value != kIn64) return;
    value = little<u64>(*field, at).value_or(value);
    at += 8;
  };
  take(entry.size);
  take(entry.stored);
  if (central) take(entry.local);
}

} // namespace

std::string ZipEntry::name(ByteView content) const {
  const std::optional<ByteView> stated = slice(content, name_at, name_length);
  if (!stated) return {};
  // Info-ZIP's name in UTF-8, if it is a translation of this one (4.6.9).
  const std::optional<ByteView> unicode = extra_field(content, *this, 0x7075);
  if (unicode && unicode->size() > 5 && little<u8>(*unicode, 0) == 1 &&
      little<u32>(*unicode, 1) == crc32_of(*stated))
    return std::string(chars_of(unicode->subspan(5)));
  return std::string(chars_of(*stated));
}

std::optional<ZipEnd> zip_end(ByteView content, u64 at) {
  if (!has_at(content, at, kZipEnd) || !fits(at, kEndSize, content.size())) return std::nullopt;
  ZipEnd end;
  end.at = at;
  end.length = kEndSize;
  end.comment = std::min<u64>(*little<u16>(content, at + 20), content.size() - at - kEndSize);
  end.records = at;
  end.entries = *little<u16>(content, at + 10);
  u64 size = *little<u32>(content, at + 12), offset = *little<u32>(content, at + 16);
  if (at >= kLocatorSize + kEnd64Size && has_at(content, at - kLocatorSize, "PK\6\7")) {
    u64 at64 = at - kLocatorSize - kEnd64Size;
    if (!has_at(content, at64, "PK\6\6"))
      at64 = little<u64>(content, at - kLocatorSize + 8).value_or(0);
    if (at64 < at && has_at(content, at64, "PK\6\6") && fits(at64, kEnd64Size, content.size())) {
      end.records = at64;
      end.entries = *little<u64>(content, at64 + 32);
      size = *little<u64>(content, at64 + 40);
      offset = *little<u64>(content, at64 + 48);
    }
  }
  end.directory = end.records - size;
  if (size > end.records || (size > 0 && !has_at(content, end.directory, kZipCentral))) {
    end.directory = offset; // bytes between the directory and its end record
    if (offset >= end.records || !has_at(content, offset, kZipCentral)) return std::nullopt;
  }
  end.base = end.directory - offset;
  return end;
}

std::optional<ZipEntry> take_central_entry(ByteView content, u64 base, u64& at) {
  if (!has_at(content, at, kZipCentral) || !fits(at, kCentralSize, content.size()))
    return std::nullopt;
  ZipEntry entry = common_fields(content, at + 8);
  entry.local = *little<u32>(content, at + 42);
  entry.name_at = at + kCentralSize;
  entry.extra_at = entry.name_at + entry.name_length;
  const u64 end = entry.extra_at + entry.extra_length + *little<u16>(content, at + 32);
  if (end > content.size()) return std::nullopt;
  widen(content, entry, true);
  entry.local += base;
  at = end;
  return entry;
}

std::optional<ZipEntry> local_entry(ByteView content, u64 at) {
  if (!has_at(content, at, kZipLocal) || !fits(at, kLocalSize, content.size())) return std::nullopt;
  ZipEntry entry = common_fields(content, at + 6);
  entry.local = at;
  entry.name_at = at + kLocalSize;
  entry.extra_at = entry.name_at + entry.name_length;
  entry.data = entry.extra_at + entry.extra_length;
  if (!is_known_method(entry.method) || entry.data > content.size()) return std::nullopt;
  widen(content, entry, false);
  return entry;
}

u64 descriptor_length(ByteView content, u64 at, u32 crc, u64 stored) {
  const u64 mark = has_at(content, at, kZipDescriptor) ? 4 : 0;
  if (little<u32>(content, at + mark) != crc) return 0;
  if (little<u64>(content, at + mark + 4) == stored && fits(at, mark + 20, content.size()))
    return mark + 20; // of zip64
  if (little<u32>(content, at + mark + 4) == static_cast<u32>(stored) &&
      fits(at, mark + 12, content.size()))
    return mark + 12;
  return 0;
}

} // namespace coldsweep
