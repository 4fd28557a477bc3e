// SPDX-License-Identifier: Apache-2.0
#include "filesystem/ntfs_volume.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kVolumeRecord = 3;

std::string volume_label(const Mft& mft) {
  try {
    std::vector<std::byte> bytes = mft.read(kVolumeRecord);
    const std::optional<MftRecord> record = parse_mft_record(bytes);
    const Attribute* name = record ? find_attribute(*record, AttributeType::volume_name) : nullptr;
    return name != nullptr ? printable(decode_utf16_name(name->value).utf8) : "";
  } catch (const Error&) {
    return ""; // the walk over the MFT reports the record
  }
}

NtfsGeometry geometry_at(const ByteSource& source, u64 offset) {
  std::vector<std::byte> sector(512);
  source.read(offset, sector);
  NtfsGeometry geometry = parse_boot_sector(sector);
  const u64 present =
      source.end() / geometry.cluster_size + (source.end() % geometry.cluster_size != 0 ? 1 : 0);
  geometry.present_clusters = std::min(geometry.cluster_count, present);
  return geometry;
}

struct Opened {
  NtfsGeometry geometry;
  std::optional<Mft> mft; ///< absent if it can't be used
  std::string why;
};

/// Throws if there is no valid boot sector at `offset`.
Opened open_at(const ByteSource& source, u64 offset) {
  Opened opened{geometry_at(source, offset), std::nullopt, {}};
  try {
    opened.mft = Mft::open(source, opened.geometry);
  } catch (const Error& e) {
    opened.why = e.what();
  }
  return opened;
}

/// The backup boot sector in the volume's last sector, which may have 512 to 4,096 bytes. Prefers
/// one that leads to an $MFT.
std::optional<std::pair<u64, Opened>> open_by_backup(const ByteSource& source) {
  std::optional<std::pair<u64, Opened>> best;
  for (const u64 sector : {512, 1024, 2048, 4096}) {
    if (source.size() < 2 * sector) break;
    const u64 offset = (source.size() / sector - 1) * sector;
    try {
      Opened opened = open_at(source, offset);
      const bool better = !best || (!best->second.mft && opened.mft);
      if (better) best.emplace(offset, std::move(opened));
    } catch (const Error&) { // no boot sector there
    }
  }
  return best;
}

} // namespace

NtfsVolume NtfsVolume::open(SourcePtr source, Search search) {
  std::optional<Opened> opened;
  std::string boot_problem, why;
  try {
    opened = open_at(*source, 0);
    why = opened->why;
  } catch (const Error& e) {
    why = e.what();
  }
  if (!opened || !opened->mft) {
    std::optional<std::pair<u64, Opened>> backup = open_by_backup(*source);
    if (!opened && !backup) throw FormatError(why + "; nor is there a backup in its last sector");
    if (backup && (!opened || backup->second.mft)) {
      boot_problem =
          fmt::format("{}; the backup boot sector at offset {} was used", why, backup->first);
      opened = std::move(backup->second);
    }
  }
  Mft mft =
      opened->mft ? std::move(*opened->mft) : Mft::lost(*source, opened->geometry, opened->why);
  if (mft.lacks_records() && search == Search::yes) {
    mft.recover();
    if (mft.empty()) throw FormatError(fmt::format("{}; {}", opened->why, mft.problems().back()));
  }
  std::string label = volume_label(mft);
  return {std::move(source), opened->geometry, std::move(mft), std::move(label),
          std::move(boot_problem)};
}

} // namespace coldsweep
