// SPDX-License-Identifier: Apache-2.0
#include "volume/volume.h"

#include "base/checked.h"
#include "volume/boot_sector.h"
#include "volume/partition_table.h"
#include "volume/tsk_survey.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostVolumes = 1024;

/// Up to `length` bytes from `offset`: fewer at the end of the source or before an unreadable byte.
std::vector<std::byte> start_of(const ByteSource& source, u64 offset, u64 length) {
  std::vector<std::byte> bytes(std::min(length, saturating_subtract(source.size(), offset)));
  try {
    source.read(offset, bytes);
  } catch (const ReadError& e) {
    bytes.resize(std::min<u64>(saturating_subtract(e.offset, offset), bytes.size()));
  }
  return bytes;
}

/// Whether the start of the media shows that it is one volume, without a partition table.
bool is_bare(ByteView start) {
  if (looks_like_ntfs(start)) return true;
  const std::string signature = signature_of(start);
  return signature == "bitlocker" || signature == "luks" || signature == "refs" ||
         signature == "exfat";
}

Volume volume_at(const SourcePtr& media, u64 offset, u64 size, std::string description) {
  Volume volume;
  volume.offset = offset;
  volume.size = size;
  volume.description = std::move(description);
  volume.source = std::make_shared<SliceSource>(media, offset, size);
  return volume;
}

struct Candidate {
  Volume volume;
  std::string purpose; ///< as its type in the table says
};

/// Our partitions, then those that only libtsk found. The two readings seldom differ. If they do,
/// nothing is left out.
std::vector<Candidate> merge(const SourcePtr& media, const PartitionTable& ours,
                             const TskSurvey& theirs) {
  std::vector<Candidate> all;
  const auto find = [&](u64 offset) {
    return std::find_if(all.begin(), all.end(),
                        [&](const Candidate& c) { return c.volume.offset == offset; });
  };
  for (const TableEntry& entry : ours.entries)
    if (all.size() < kMostVolumes && find(entry.offset) == all.end() &&
        checked_add(entry.offset, entry.size))
      all.push_back({volume_at(media, entry.offset, entry.size, entry.description), entry.purpose});
  for (const TskSurvey::Part& part : theirs.parts) {
    const auto known = find(part.offset);
    if (known == all.end()) {
      if (all.size() < kMostVolumes && checked_add(part.offset, part.size))
        all.push_back({volume_at(media, part.offset, part.size, part.description), {}});
    } else if (ours.kind == "mbr" && !part.description.empty()) {
      known->volume.description = part.description; // libtsk has names for the types
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return a.volume.offset < b.volume.offset;
  });
  return all;
}

void add_note(Volume& volume, const std::string& note) {
  if (!volume.note.empty()) volume.note += "; ";
  volume.note += note;
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
                 const std::string& purpose) {
  const std::string signature = signature_of(start);
  // libtsk knows which FAT or ext it is, but it may take an encrypted volume for anything.
  const bool sealed = signature == "bitlocker" || signature == "luks" || signature == "refs";
  volume.filesystem = sealed                 ? signature
                      : !theirs.name.empty() ? theirs.name
                      : !signature.empty()   ? signature
                                             : purpose;
  if (volume.filesystem.empty()) volume.filesystem = "unknown";
  if (volume.filesystem == "ntfs")
    add_note(volume, "libtsk opens it as NTFS, although its boot sector is not a valid one");
  if (volume.filesystem == "unknown" && !theirs.reason.empty())
    add_note(volume, "libtsk: " + theirs.reason);
}

/// If the first sector is damaged, its copy in the last sector identifies the volume.
void check_backup_boot(Volume& volume) {
  if (volume.filesystem != "unknown" && volume.filesystem != "ntfs") return;
  for (const u64 sector : {512, 1024, 2048, 4096}) {
    if (volume.size < 2 * sector) return;
    const u64 last = (volume.size / sector - 1) * sector;
    const std::vector<std::byte> copy = start_of(*volume.source, last, 512);
    const std::optional<u64> claimed = ntfs_size(copy);
    if (!claimed || *claimed > volume.size) continue;
    volume.filesystem = "ntfs";
    return add_note(volume, "NTFS by the backup boot sector in its last sector alone");
  }
}

/// Partitions that contain other volumes, which we don't look for.
void check_purpose(const Volume& volume, const std::string& purpose, VolumeTable& table) {
  if (volume.filesystem == "ntfs" || (purpose != "ldm" && purpose != "storage-spaces")) return;
  table.problems.push_back(
      fmt::format("volume {}: offset {}: {}: the volumes within it are not looked for",
                  volume.locator, volume.offset,
                  purpose == "ldm" ? "part of a Windows dynamic disk" : "part of a storage pool"));
}

void check_size(Volume& volume, ByteView start, u64 media_size, VolumeTable& table) {
  if (!fits(volume.offset, volume.size, media_size)) {
    const std::string held =
        fmt::format("claims {} bytes, the media holds {}: truncated", volume.size,
                    saturating_subtract(media_size, volume.offset));
    add_note(volume, held);
    table.problems.push_back(
        fmt::format("volume {}: offset {}: {}", volume.locator, volume.offset, held));
  } else if (const std::optional<u64> claimed = ntfs_size(start);
             claimed && *claimed > volume.size) {
    const std::string held = fmt::format(
        "its boot sector claims {} bytes, the volume holds {}: truncated", *claimed, volume.size);
    add_note(volume, held);
    table.problems.push_back(
        fmt::format("volume {}: offset {}: {}", volume.locator, volume.offset, held));
  }
}

/// What the container claims to hold, and doesn't.
void check_media(const ByteSource& media, VolumeTable& table) {
  if (media.end() < media.size())
    table.problems.push_back(fmt::format("the container claims {} bytes of media, and holds none "
                                         "from offset {} on: truncated",
                                         media.size(), media.end()));
  std::size_t ranges = 0;
  u64 bytes = 0;
  for (const Unstored& range : media.unstored()) {
    if (range.zeros || range.offset >= media.end()) continue;
    ++ranges;
    bytes += range.length;
  }
  if (ranges > 0)
    table.problems.push_back(
        fmt::format("the container holds no bytes for {} ranges of the media, {} bytes together: "
                    "truncated",
                    ranges, bytes));
}

void judge(Volume& volume, const TskSurvey& survey, const std::string& purpose, u64 media_size,
           VolumeTable& table) {
  const std::vector<std::byte> start =
      start_of(*volume.source, 0, std::min(volume.size, kSignatureBytes));
  const auto found = survey.file_systems.find(volume.offset);
  const TskSurvey::FileSystem theirs =
      found == survey.file_systems.end() ? TskSurvey::FileSystem{} : found->second;
  if (looks_like_ntfs(start)) {
    judge_ntfs(volume, theirs);
  } else {
    judge_other(volume, start, theirs, purpose);
    check_backup_boot(volume);
  }
  if (start.size() < std::min<u64>(volume.size, 512) && volume.offset < media_size)
    table.problems.push_back(fmt::format("volume {}: offset {}: its boot sector can't be read",
                                         volume.locator, volume.offset));
  check_purpose(volume, purpose, table);
  check_size(volume, start, media_size, table);
}

} // namespace

VolumeTable find_volumes(const std::vector<std::filesystem::path>& segments, const SourcePtr& media,
                         const StopFlag* stop) {
  VolumeTable table;
  const bool bare = is_bare(start_of(*media, 0, kSignatureBytes));
  const PartitionTable ours = bare ? PartitionTable{} : read_partition_table(*media);
  table.problems = ours.problems;
  check_media(*media, table);

  std::vector<u64> offsets;
  for (const TableEntry& entry : ours.entries) offsets.push_back(entry.offset);
  if (offsets.empty()) offsets.push_back(0);
  const TskSurvey theirs = survey_with_tsk(segments, media, {offsets, !bare}, stop);
  if (!theirs.failure.empty())
    table.problems.push_back(fmt::format("libtsk failed on the partition table or on a file "
                                         "system: {}; the volumes are those of our own "
                                         "reading",
                                         theirs.failure));
  table.problems.insert(table.problems.end(), theirs.problems.begin(), theirs.problems.end());
  table.kind = ours.kind != "none" || theirs.kind.empty() ? ours.kind : theirs.kind;

  std::vector<Candidate> found = merge(media, ours, theirs);
  const bool whole = found.empty();
  if (whole) found.push_back({volume_at(media, 0, media->size(), {}), {}});
  for (Candidate& candidate : found) {
    candidate.volume.locator = whole ? "v" : fmt::format("p{}", table.volumes.size() + 1);
    judge(candidate.volume, theirs, candidate.purpose, media->size(), table);
    table.volumes.push_back(std::move(candidate.volume));
  }
  return table;
}

} // namespace coldsweep
