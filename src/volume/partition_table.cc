// SPDX-License-Identifier: Apache-2.0
// UEFI Specification 2.10, chapter 5 (GPT, protective MBR); the MBR as DOS and Windows use it.
#include "volume/partition_table.h"

#include "base/endian.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512;
constexpr std::size_t kMostLinks = 128, kMostGptEntries = 1024;

std::optional<std::vector<std::byte>> read(const ByteSource& media, u64 offset, u64 length) {
  if (!fits(offset, length, media.size())) return std::nullopt;
  std::vector<std::byte> bytes(length);
  try {
    media.read(offset, bytes);
  } catch (const ReadError&) {
    return std::nullopt;
  }
  return bytes;
}

u32 crc32(ByteView bytes) {
  u32 crc = ~0u;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<u32>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

// ---- MBR

struct MbrEntry {
  u8 type = 0;
  u64 start = 0, sectors = 0;
  bool is_extended() const { return type == 0x05 || type == 0x0F || type == 0x85; }
  bool is_used() const { return type != 0 && sectors != 0; }
};

/// The four entries of the partition table in this sector. Absent if it isn't a partition table.
std::optional<std::array<MbrEntry, 4>> mbr_entries(ByteView sector) {
  if (little<u16>(sector, 510) != u16{0xAA55}) return std::nullopt;
  std::array<MbrEntry, 4> entries;
  for (u64 i = 0; i < entries.size(); ++i) {
    const u64 at = 446 + i * 16;
    const u8 status = *little<u8>(sector, at);
    // Anything else is boot code: a volume without a partition table.
    if (status != 0 && status != 0x80) return std::nullopt;
    entries[i] = {*little<u8>(sector, at + 4), *little<u32>(sector, at + 8),
                  *little<u32>(sector, at + 12)};
  }
  return entries;
}

TableEntry volume_of(const MbrEntry& entry, u64 base) {
  TableEntry volume{(base + entry.start) * kSector,
                    entry.sectors * kSector,
                    fmt::format("MBR type 0x{:02x}", entry.type),
                    {}};
  if (entry.type == 0x42) volume.purpose = "ldm";
  if (entry.type == 0x8E) volume.purpose = "lvm";
  return volume;
}

/// Each link has one logical volume and the next link. The volume's start is relative to the link,
/// the next link's to the extended partition.
void follow_chain(const ByteSource& media, u64 extended, PartitionTable& table) {
  std::set<u64> seen;
  for (u64 link = extended; seen.size() < kMostLinks;) {
    if (!seen.insert(link).second) {
      table.problems.push_back(fmt::format(
          "offset {}: the chain of extended partitions comes back to itself", link * kSector));
      return;
    }
    const auto sector = read(media, link * kSector, kSector);
    const auto entries = sector ? mbr_entries(*sector) : std::nullopt;
    if (!entries) {
      table.problems.push_back(fmt::format("offset {}: a link of the chain of extended partitions "
                                           "was expected: logical volumes from "
                                           "here on are not known",
                                           link * kSector));
      return;
    }
    u64 next = 0;
    for (const MbrEntry& entry : *entries) {
      if (!entry.is_used()) continue;
      if (entry.is_extended())
        next = extended + entry.start;
      else
        table.entries.push_back(volume_of(entry, link));
    }
    if (next == 0) return;
    link = next;
  }
  table.problems.push_back(
      fmt::format("more than {} logical volumes: the rest is not known", kMostLinks));
}

void read_mbr(const ByteSource& media, const std::array<MbrEntry, 4>& entries,
              PartitionTable& table) {
  for (const MbrEntry& entry : entries) {
    if (!entry.is_used() || entry.type == 0xEE) continue;
    if (entry.is_extended())
      follow_chain(media, entry.start, table);
    else
      table.entries.push_back(volume_of(entry, 0));
  }
}

// ---- GPT

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

TableEntry gpt_entry(ByteView entry, u64 first, u64 last, u64 sector_size) {
  TableEntry volume{first * sector_size, (last - first + 1) * sector_size, {}, {}};
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

struct GptReading {
  std::vector<TableEntry> entries;
  std::string damage; ///< empty: intact
  bool found = false; ///< there is a header
};

GptReading read_gpt(const ByteSource& media, u64 header_offset, u64 sector_size) {
  GptReading result;
  auto header = read(media, header_offset, sector_size);
  if (!header || !chars_of(*header).starts_with("EFI PART")) {
    result.damage = "no GPT header";
    return result;
  }
  result.found = true;
  const u64 header_size = *little<u32>(*header, 12), count = *little<u32>(*header, 80),
            entry_size = *little<u32>(*header, 84);
  const u32 stated = *little<u32>(*header, 16), entries_crc = *little<u32>(*header, 88);
  const std::optional<u64> place = checked_multiply(*little<u64>(*header, 72), sector_size);
  std::fill_n(header->begin() + 16, 4, std::byte{0});
  if (header_size < 92 || header_size > header->size() ||
      crc32(ByteView(*header).first(header_size)) != stated)
    result.damage = "the GPT header does not have the checksum it states";
  if (count > kMostGptEntries || entry_size < 128 || entry_size > 4096 || !place) {
    result.damage = fmt::format("a GPT header with {} entries of {} bytes", count, entry_size);
    return result;
  }
  const auto entries = read(media, *place, count * entry_size);
  if (!entries) {
    result.damage = fmt::format("the GPT's entries at offset {} can't be read", *place);
    return result;
  }
  if (crc32(*entries) != entries_crc && result.damage.empty())
    result.damage = "the GPT's entries do not have the checksum the header states";
  for (u64 i = 0; i < count; ++i) {
    const ByteView entry = ByteView(*entries).subspan(i * entry_size, entry_size);
    if (is_zero(entry.first(16))) continue;
    const u64 first = *little<u64>(entry, 32), last = *little<u64>(entry, 40);
    if (last < first || !checked_multiply(saturating_add(last, 1), sector_size)) {
      if (result.damage.empty())
        result.damage = fmt::format("GPT entry {} goes from sector {} to {}", i + 1, first, last);
      continue;
    }
    result.entries.push_back(gpt_entry(entry, first, last, sector_size));
  }
  return result;
}

void use(PartitionTable& table, std::vector<TableEntry> entries) {
  table.kind = "gpt";
  for (TableEntry& entry : entries) table.entries.push_back(std::move(entry));
}

/// Whether there is a GPT for this sector size. Damage to one copy is a problem even if the other
/// is intact: they may differ for a reason.
bool read_gpt_copies(const ByteSource& media, u64 sector_size, bool backup_alone,
                     PartitionTable& table) {
  const u64 last = saturating_subtract(media.size() / sector_size, 1) * sector_size;
  GptReading primary = read_gpt(media, sector_size, sector_size);
  if (primary.found && primary.damage.empty()) {
    use(table, std::move(primary.entries));
    return true;
  }
  GptReading backup = read_gpt(media, last, sector_size);
  if (!primary.found && !(backup.found && backup_alone)) return false;
  const bool backup_good = backup.found && backup.damage.empty();
  table.problems.push_back(fmt::format(
      "offset {}: {}: {} at offset {} {}", sector_size, primary.damage, "the backup", last,
      backup_good ? "was used" : "is of no use either, what can be read of the first was used"));
  use(table, std::move(backup_good ? backup.entries : primary.entries));
  return true;
}

} // namespace

PartitionTable read_partition_table(const ByteSource& media) {
  PartitionTable table;
  const auto sector = read(media, 0, kSector);
  const auto mbr = sector ? mbr_entries(*sector) : std::nullopt;
  const bool any =
      mbr && std::any_of(mbr->begin(), mbr->end(), [](const MbrEntry& e) { return e.is_used(); });
  const bool protective = any && std::any_of(mbr->begin(), mbr->end(),
                                             [](const MbrEntry& e) { return e.type == 0xEE; });
  bool gpt = false;
  // If there is a plain MBR, a backup GPT without a primary is left over from an earlier table.
  for (const u64 sector_size : {u64{512}, u64{4096}})
    gpt = gpt || read_gpt_copies(media, sector_size, !any || protective, table);
  if (protective && !gpt)
    table.problems.emplace_back(
        "offset 512: the MBR announces a GPT, but neither it nor its backup is there");
  if (!any) return table;
  PartitionTable other;
  read_mbr(media, *mbr, other);
  const bool plain = !gpt && !other.entries.empty();
  if (plain || (!gpt && !protective)) table.kind = "mbr";
  for (TableEntry& entry : other.entries) { // next to a GPT: a hybrid MBR, which mostly repeats it
    const bool known = std::any_of(table.entries.begin(), table.entries.end(),
                                   [&](const TableEntry& e) { return e.offset == entry.offset; });
    if (!known || plain) table.entries.push_back(std::move(entry));
  }
  table.problems.insert(table.problems.end(), other.problems.begin(), other.problems.end());
  return table;
}

} // namespace coldsweep
