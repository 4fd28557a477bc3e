// SPDX-License-Identifier: Apache-2.0
#include "volume/gpt.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostEntries = 1024;
constexpr u64 kUsualEntries = 128, kUsualEntryBytes = 128;
constexpr u64 kMostPadding = 64_MiB; // after a backup that is not in the last sector
constexpr std::string_view kSignature = "EFI PART";

u32 crc32(ByteView bytes) {
  u32 crc = ~0u;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<u32>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

struct KnownType {
  std::string_view guid, words, purpose;
};
constexpr std::array kTypes{
    KnownType{"28732ac11ff8d211ba4b00a0c93ec93b", "EFI system", ""},
    KnownType{"16e3c9e35c0bb84d817df92df00215ae", "Microsoft reserved", "microsoft-reserved"},
    KnownType{"a2a0d0ebe5b9334487c068b6b72699c7", "basic data", ""},
    KnownType{"a4bb94ded106404da16abfd50179d6ac", "Windows recovery", ""},
    KnownType{"aac808588f7ee04285d2e1e90434cfb3", "LDM metadata", "ldm"},
    KnownType{"a0609baf3114624fbc683311714a69ad", "LDM data", "ldm"},
    KnownType{"8faf5ce780f6ee4cafa3b001e56efc2d", "Storage Spaces", "storage-spaces"},
    KnownType{"af3dc60f838472478e793d69d8477de4", "Linux file system", ""},
    KnownType{"79d3d6e607f5c244a23c238f2a3df928", "Linux LVM", "lvm"},
    KnownType{"6dfd5706aba4c44384e50933c84b4f4f", "Linux swap", "swap"},
};

TableEntry entry_of(ByteView entry, u64 first, u64 last, u64 unit) {
  TableEntry volume{first * unit, (last - first + 1) * unit, {}, {}};
  const std::string guid = hex(entry.first(16));
  for (const KnownType& type : kTypes) {
    if (type.guid != guid) continue;
    volume.description = type.words;
    volume.purpose = type.purpose;
  }
  ByteView name = entry.subspan(56, 72);
  for (u64 i = 0; i + 1 < name.size(); i += 2)
    if (little<u16>(name, i) == u16{0}) name = name.first(i);
  const std::string words = printable(decode_utf16_name(name).utf8);
  if (volume.description.empty()) volume.description = "GPT type " + guid;
  if (!words.empty()) volume.description = fmt::format("{} ({})", words, volume.description);
  return volume;
}

/// One copy of the table.
struct Copy {
  u64 header = 0; ///< its offset
  std::vector<TableEntry> entries;
  std::string damage; ///< empty: intact
  bool found = false; ///< there is a header
  u64 other = 0;      ///< sector of the other copy's header, as this one says

  bool intact() const { return found && damage.empty(); }
};

void parse_entries(ByteView table, u64 entry_size, u64 unit, Copy& copy) {
  for (u64 i = 0; (i + 1) * entry_size <= table.size(); ++i) {
    const ByteView entry = table.subspan(i * entry_size, entry_size);
    if (is_zero(entry.first(16))) continue;
    const u64 first = *little<u64>(entry, 32), last = *little<u64>(entry, 40);
    if (last < first || !checked_multiply(saturating_add(last, 1), unit)) {
      if (copy.damage.empty())
        copy.damage = fmt::format("GPT entry {} goes from sector {} to {}", i + 1, first, last);
      continue;
    }
    copy.entries.push_back(entry_of(entry, first, last, unit));
  }
}

Copy read_copy(const ByteSource& media, u64 header_offset, const GptPlace& where) {
  Copy copy;
  copy.header = header_offset;
  auto header = table_bytes(media, header_offset, 512);
  if (!header || !chars_of(*header).starts_with(kSignature)) {
    copy.damage = "no GPT header";
    return copy;
  }
  copy.found = true;
  copy.other = *little<u64>(*header, 32);
  const u64 header_size = *little<u32>(*header, 12), count = *little<u32>(*header, 80),
            entry_size = *little<u32>(*header, 84);
  const u32 stated = *little<u32>(*header, 16), entries_crc = *little<u32>(*header, 88);
  const std::optional<u64> place = checked_multiply(*little<u64>(*header, 72), where.sector);
  std::fill_n(header->begin() + 16, 4, std::byte{0});
  if (header_size < 92 || header_size > header->size() ||
      crc32(ByteView(*header).first(header_size)) != stated)
    copy.damage = "the GPT header does not have the checksum it states";
  if (count > kMostEntries || entry_size < 128 || entry_size > 4096 || !place) {
    copy.damage = fmt::format("a GPT header with {} entries of {} bytes", count, entry_size);
    return copy;
  }
  const auto entries = table_bytes(media, *place, count * entry_size);
  if (!entries) {
    copy.damage = fmt::format("the GPT's entries at offset {} can't be read", *place);
    return copy;
  }
  if (crc32(*entries) != entries_crc && copy.damage.empty())
    copy.damage = "the GPT's entries do not have the checksum the header states";
  parse_entries(*entries, entry_size, where.unit, copy);
  return copy;
}

/// The backup: where we are told, by the primary's word, in the last sector, or before padding.
Copy find_backup(const ByteSource& media, const Copy& primary, const GptPlace& place) {
  if (place.backup) return read_copy(media, *place.backup, place);
  const u64 last = saturating_subtract(media.size() / place.sector, 1) * place.sector;
  if (const auto stated = checked_multiply(primary.other, place.sector);
      primary.found && stated && *stated > place.sector && *stated != last) {
    Copy copy = read_copy(media, *stated, place);
    if (copy.intact()) return copy;
  }
  Copy copy = read_copy(media, last, place);
  if (copy.found || !primary.found) return copy;
  if (const std::optional<GptPlace> padded = find_gpt_backup(media);
      padded && padded->sector == place.sector)
    return read_copy(media, *padded->backup, place);
  return copy;
}

} // namespace

std::optional<GptPlace> find_gpt_backup(const ByteSource& media) {
  constexpr u64 kPiece = 1_MiB, kStep = 512;
  const u64 least = saturating_subtract(media.size(), kMostPadding) / kStep * kStep;
  for (u64 end = media.size() / kStep * kStep; end > least;) {
    const u64 begin = std::max(least, saturating_subtract(end, kPiece));
    const auto bytes = table_bytes(media, begin, end - begin);
    for (u64 at = bytes ? bytes->size() : 0; at >= kStep; at -= kStep) {
      const ByteView header = ByteView(*bytes).subspan(at - kStep, kStep);
      const u64 offset = begin + at - kStep;
      if (!chars_of(header).starts_with(kSignature)) continue;
      for (const u64 sector : kSectorSizes)
        if (offset > sector && checked_multiply(*little<u64>(header, 24), sector) == offset)
          return GptPlace{.sector = sector, .unit = sector, .backup = offset};
    }
    end = begin;
  }
  return std::nullopt;
}

GptReading read_gpt(const ByteSource& media, const GptPlace& place) {
  GptReading result;
  Copy primary = read_copy(media, place.sector, place);
  if (primary.intact()) {
    result.found = true;
    result.entries = std::move(primary.entries);
    return result;
  }
  if (!primary.found && !place.backup_alone) return result;
  Copy backup = find_backup(media, primary, place);
  if (!primary.found && !backup.found) return result;
  result.found = true;
  if (backup.intact()) {
    result.problems.push_back(fmt::format("offset {}: {}: the backup at offset {} was used",
                                          place.sector, primary.damage, backup.header));
    result.entries = std::move(backup.entries);
    return result;
  }
  result.problems.push_back(fmt::format(
      "offset {}: {}: the backup at offset {} is of no use either ({}), what can be read of the {} "
      "was used",
      place.sector, primary.damage, backup.header, backup.damage,
      primary.found ? "first" : "backup"));
  result.entries = std::move(primary.found ? primary.entries : backup.entries);
  return result;
}

GptReading read_gpt_entries_alone(const ByteSource& media, const GptPlace& place) {
  GptReading result;
  const auto table = table_bytes(media, 2 * place.sector, kUsualEntries * kUsualEntryBytes);
  if (!table) return result;
  Copy copy;
  parse_entries(*table, kUsualEntryBytes, place.unit, copy);
  std::sort(copy.entries.begin(), copy.entries.end(),
            [](const TableEntry& a, const TableEntry& b) { return a.offset < b.offset; });
  u64 end = 2 * place.sector;
  for (const TableEntry& entry : copy.entries) {
    if (entry.offset < end || !fits(entry.offset, entry.size, media.size())) return result;
    end = entry.offset + entry.size;
    result.found = result.found || leads_to_file_system(media, entry);
  }
  if (!result.found || !copy.damage.empty()) return {};
  result.entries = std::move(copy.entries);
  result.problems.push_back(fmt::format("offset {}: no GPT header, nor a backup: the entries at "
                                        "offset {} were used, which no checksum confirms",
                                        place.sector, 2 * place.sector));
  return result;
}

} // namespace coldsweep
