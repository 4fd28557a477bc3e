// SPDX-License-Identifier: Apache-2.0
#include "volume/mbr.h"

#include "base/checked.h"
#include "base/endian.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kTableBytes = 512;
constexpr std::size_t kMostLinks = 128;

struct MbrEntry {
  u8 type = 0;
  u64 start = 0, sectors = 0;
  bool is_extended() const { return type == 0x05 || type == 0x0F || type == 0x85; }
  bool is_used() const { return type != 0 && (sectors != 0 || start != 0); }
};
using MbrEntries = std::array<MbrEntry, 4>;

/// The four entries of the partition table in this sector. Absent if it isn't a partition table.
std::optional<MbrEntries> mbr_entries(ByteView sector) {
  if (little<u16>(sector, 510) != u16{0xAA55}) return std::nullopt;
  MbrEntries entries;
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

class Reader {
public:
  Reader(const ByteSource& media, u64 unit, MbrReading& into)
      : media_(media), unit_(unit), into_(into) {}

  void read(const MbrEntries& entries) {
    for (const MbrEntry& entry : entries) {
      if (!entry.is_used() || entry.type == 0xEE) continue;
      if (entry.is_extended())
        follow_chain(entry.start);
      else
        add(entry, 0);
    }
  }

private:
  void add(const MbrEntry& entry, u64 base) {
    TableEntry volume{(base + entry.start) * unit_,
                      entry.sectors * unit_,
                      fmt::format("MBR type 0x{:02x}", entry.type),
                      {}};
    if (entry.type == 0x42) volume.purpose = "ldm";
    if (entry.type == 0x8E) volume.purpose = "lvm";
    into_.entries.push_back(std::move(volume));
  }

  /// Each link has one logical volume and the next link. The volume's start is relative to the
  /// link, the next link's to the extended partition.
  void follow_chain(u64 extended) {
    std::set<u64> seen;
    for (u64 link = extended; seen.size() < kMostLinks;) {
      if (!seen.insert(link).second) {
        into_.problems.push_back(fmt::format(
            "offset {}: the chain of extended partitions comes back to itself", link * unit_));
        return;
      }
      const auto sector = table_bytes(media_, link * unit_, kTableBytes);
      const auto entries = sector ? mbr_entries(*sector) : std::nullopt;
      if (!entries) {
        into_.problems.push_back(fmt::format(
            "offset {}: a link of the chain of extended partitions was expected: logical volumes "
            "from here on are not known",
            link * unit_));
        return;
      }
      u64 next = 0;
      for (const MbrEntry& entry : *entries) {
        if (!entry.is_used()) continue;
        if (entry.is_extended())
          next = extended + entry.start;
        else
          add(entry, link);
      }
      if (next == 0) return;
      link = next;
    }
    into_.problems.push_back(
        fmt::format("more than {} logical volumes: the rest is not known", kMostLinks));
  }

  const ByteSource& media_;
  u64 unit_;
  MbrReading& into_;
};

} // namespace

MbrReading read_mbr(const ByteSource& media, u64 unit) {
  MbrReading reading;
  const auto sector = table_bytes(media, 0, kTableBytes);
  const auto entries = sector ? mbr_entries(*sector) : std::nullopt;
  if (!entries) return reading;
  const auto any = [&](const auto& is) {
    return std::any_of(entries->begin(), entries->end(), is);
  };
  reading.found = any([](const MbrEntry& e) { return e.is_used(); });
  reading.protective = any([](const MbrEntry& e) { return e.is_used() && e.type == 0xEE; });
  if (reading.found) Reader(media, unit, reading).read(*entries);
  return reading;
}

} // namespace coldsweep
