// SPDX-License-Identifier: Apache-2.0
#include "volume/partition_table.h"

#include "base/checked.h"
#include "volume/boot_sector.h"
#include "volume/gpt.h"
#include "volume/mbr.h"
#include "volume/media_start.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace coldsweep {
namespace {

/// How many entries lead to a file system.
std::size_t confirmed_entries(const ByteSource& media, const std::vector<TableEntry>& entries) {
  return static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(),
                    [&](const TableEntry& entry) { return leads_to_file_system(media, entry); }));
}

/// The reading, of one for each unit, that most entries confirm; of equals the first.
template <typename Reading, typename Read>
std::pair<Reading, u64> best_reading(const ByteSource& media, u64 first_unit, const Read& read) {
  std::pair<Reading, u64> best{read(first_unit), first_unit};
  std::size_t confirmed = confirmed_entries(media, best.first.entries);
  if (confirmed == best.first.entries.size()) return best; // nothing can be better
  for (const u64 unit : kSectorSizes) {
    if (unit == first_unit) continue;
    Reading other = read(unit);
    const std::size_t of_other = confirmed_entries(media, other.entries);
    if (of_other <= confirmed) continue;
    best = {std::move(other), unit};
    confirmed = of_other;
  }
  return best;
}

/// For a GPT of which nothing is in its usual places but, at best, the entries.
void find_lost_gpt(const ByteSource& media, bool protective, GptReading& gpt, u64& unit) {
  if (const std::optional<GptPlace> place = find_gpt_backup(media)) {
    gpt = read_gpt(media, *place);
    unit = place->unit;
  }
  if (!protective) return;
  for (const u64 sector : kSectorSizes) {
    if (gpt.found) return;
    gpt = read_gpt_entries_alone(media, {.sector = sector, .unit = sector});
    unit = sector;
  }
}

} // namespace

std::optional<std::vector<std::byte>> table_bytes(const ByteSource& media, u64 offset, u64 length) {
  if (!fits(offset, length, media.size())) return std::nullopt;
  std::vector<std::byte> bytes(length);
  try {
    media.read(offset, bytes);
  } catch (const ReadError&) {
    return std::nullopt;
  }
  return bytes;
}

bool leads_to_file_system(const ByteSource& media, const TableEntry& entry) {
  if (!signature_at(media, entry.offset).empty() || ntfs_claim(start_of(media, entry.offset, 512)))
    return true;
  return std::any_of(kSectorSizes.begin(), kSectorSizes.end(), [&](u64 sector) {
    if (entry.size < 2 * sector) return false;
    const u64 last = entry.size - sector;
    const auto backup = ntfs_claim(start_of(media, saturating_add(entry.offset, last), 512));
    return backup && backup->size == last;
  });
}

PartitionTable read_partition_table(const ByteSource& media) {
  PartitionTable table;
  auto [mbr, mbr_unit] =
      best_reading<MbrReading>(media, 512, [&](u64 unit) { return read_mbr(media, unit); });
  // If there is a plain MBR, a backup GPT without a primary is left over from an earlier table.
  const bool expected = !mbr.found || mbr.protective;
  GptReading gpt;
  for (const u64 sector : kSectorSizes) {
    if (gpt.found) break;
    std::tie(gpt, table.unit) = best_reading<GptReading>(media, sector, [&](u64 unit) {
      return read_gpt(media, {.sector = sector, .unit = unit, .backup_alone = expected});
    });
  }
  if (!gpt.found && expected) find_lost_gpt(media, mbr.protective, gpt, table.unit);
  if (!gpt.found) table.unit = mbr_unit;
  if (gpt.found) table.kind = "gpt";
  table.entries = std::move(gpt.entries);
  table.problems = std::move(gpt.problems);
  if (mbr.protective && !gpt.found)
    table.problems.emplace_back(
        "offset 512: the MBR announces a GPT, but neither it nor its backup is there");
  if (!mbr.found) return table;
  const bool plain = !gpt.found && !mbr.entries.empty();
  if (plain || (!gpt.found && !mbr.protective)) table.kind = "mbr";
  for (TableEntry& entry : mbr.entries) { // next to a GPT: a hybrid MBR, which mostly repeats it
    const bool known = std::any_of(table.entries.begin(), table.entries.end(),
                                   [&](const TableEntry& e) { return e.offset == entry.offset; });
    if (!known || plain) table.entries.push_back(std::move(entry));
  }
  table.problems.insert(table.problems.end(), std::make_move_iterator(mbr.problems.begin()),
                        std::make_move_iterator(mbr.problems.end()));
  return table;
}

} // namespace coldsweep
