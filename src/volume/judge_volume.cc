// SPDX-License-Identifier: Apache-2.0
#include "volume/judge_volume.h"

#include "base/checked.h"
#include "volume/boot_sector.h"
#include "volume/media_start.h"
#include "volume/volume_search.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace coldsweep {
namespace {

std::string named(const Volume& volume) {
  return fmt::format("volume {}: offset {}: ", volume.locator, volume.offset);
}

/// Lays the volume elsewhere than the table says.
void move_to(Volume& volume, const SourcePtr& media, u64 offset, u64 size) {
  volume.offset = offset;
  volume.size = size;
  volume.source = std::make_shared<SliceSource>(media, offset, size);
}

void report(Volume& volume, const std::string& what, VolumeTable& table) {
  table.problems.push_back(named(volume) + what);
  add_note(volume, what);
}

/// Notes where libtsk disagrees or can't decide.
void judge_ntfs(Volume& volume, const TskSurvey::FileSystem& theirs) {
  volume.filesystem = "ntfs";
  if (!theirs.name.empty() && theirs.name != "ntfs")
    add_note(volume, fmt::format("also looks like {} to libtsk; swept as NTFS", theirs.name));
  else if (theirs.reason.find(" or ") != std::string::npos)
    add_note(volume, fmt::format("libtsk can't decide between {}; swept as NTFS", theirs.reason));
}

void judge_other(Volume& volume, ByteView start, const TskSurvey::FileSystem& theirs,
                 std::string_view purpose) {
  const std::string signature = signature_of(start);
  // libtsk knows which FAT or ext it is, but it may take an encrypted volume for anything.
  const bool sealed = signature == "bitlocker" || signature == "luks" || signature == "refs";
  volume.filesystem = sealed                 ? signature
                      : !theirs.name.empty() ? theirs.name
                      : !signature.empty()   ? signature
                                             : std::string(purpose);
  if (volume.filesystem.empty()) volume.filesystem = "unknown";
  if (volume.filesystem == "ntfs")
    add_note(volume, "libtsk opens it as NTFS, although its boot sector is not a valid one");
  if (volume.filesystem == "unknown" && !theirs.reason.empty())
    add_note(volume, "libtsk: " + theirs.reason);
}

/// If the first sector is damaged, its copy in the last sector identifies the volume. The copy says
/// how long the volume is, and so where it begins.
void check_backup_boot(Volume& volume, const SourcePtr& media, VolumeTable& table) {
  if (volume.filesystem != "unknown" && volume.filesystem != "ntfs") return;
  for (const u64 sector : {512, 1024, 2048, 4096}) {
    if (volume.size < 2 * sector) return;
    const u64 last = (volume.size / sector - 1) * sector;
    const std::optional<NtfsClaim> claim = ntfs_claim(start_of(*volume.source, last, 512));
    if (!claim || claim->size > last) continue;
    if (claim->size == last) {
      volume.filesystem = "ntfs";
      return add_note(volume, "NTFS by the backup boot sector in its last sector alone");
    }
    if (volume.locator == "v") continue; // no table puts it there
    const std::optional<FoundNtfs> found = ntfs_by_boot_sector(*media, volume.offset + last);
    if (!found || found->offset < volume.offset) continue;
    volume.filesystem = "ntfs";
    report(volume,
           fmt::format("the table puts it here, but the boot sector at offset {} and its $MFT are "
                       "those of an NTFS volume at offset {}, which was taken instead",
                       found->seen_at, found->offset),
           table);
    return move_to(volume, media, found->offset, found->size);
  }
}

/// Partitions that contain other volumes, which we don't assemble.
void check_purpose(const Volume& volume, std::string_view purpose, VolumeTable& table) {
  if (volume.filesystem == "ntfs" || (purpose != "ldm" && purpose != "storage-spaces")) return;
  table.problems.push_back(
      named(volume) +
      (purpose == "ldm" ? "part of a Windows dynamic disk" : "part of a storage pool") +
      ": only volumes that lie in it in one piece are found");
}

/// The file system may be longer than the table says: then the media holds what is missing, up to
/// the next volume.
void check_size(Volume& volume, const std::optional<NtfsClaim>& found, const JudgedVolume& of,
                VolumeTable& table) {
  const u64 media_size = of.media->size();
  const std::optional<NtfsClaim> claim = volume.filesystem == "ntfs" ? found : std::nullopt;
  const u64 entry = volume.size;
  if (claim && claim->size > entry && volume.offset < of.limit) {
    const u64 held = std::min(of.limit - volume.offset, claim->end());
    if (held > entry) {
      move_to(volume, of.media, volume.offset, held);
      report(volume,
             fmt::format("the table gives it {} bytes, its boot sector {}: {} were read", entry,
                         claim->end(), held),
             table);
    }
  }
  if (!fits(volume.offset, volume.size, media_size)) {
    report(volume,
           fmt::format("claims {} bytes, the media holds {}: truncated", volume.size,
                       saturating_subtract(media_size, volume.offset)),
           table);
  } else if (claim && claim->size > volume.size) {
    report(volume,
           fmt::format("its boot sector claims {} bytes, the volume holds {}: truncated",
                       claim->size, volume.size),
           table);
  }
}

} // namespace

void add_note(Volume& volume, const std::string& note) {
  if (!volume.note.empty()) volume.note += "; ";
  volume.note += note;
}

void judge_volume(Volume& volume, const TskSurvey::FileSystem& theirs, const JudgedVolume& of,
                  VolumeTable& table) {
  const std::vector<std::byte> start =
      start_of(*of.media, volume.offset,
               volume.size == 0 ? kSignatureBytes : std::min(volume.size, kSignatureBytes));
  const u64 wanted = volume.size == 0 ? 512 : std::min<u64>(volume.size, 512);
  const std::optional<NtfsClaim> claim = ntfs_claim(start);
  if (looks_like_ntfs(start)) {
    judge_ntfs(volume, theirs);
  } else if (claim && ntfs_by_boot_sector(*of.media, volume.offset)) {
    judge_ntfs(volume, theirs);
    report(volume, "its boot sector lacks \"NTFS    \" at offset 3, all else is NTFS's", table);
  } else {
    judge_other(volume, start, theirs, of.purpose);
    check_backup_boot(volume, of.media, table);
  }
  if (start.size() < wanted && volume.offset < of.media->size())
    table.problems.push_back(named(volume) + "its boot sector can't be read");
  check_purpose(volume, of.purpose, table);
  check_size(volume, claim, of, table);
}

} // namespace coldsweep
