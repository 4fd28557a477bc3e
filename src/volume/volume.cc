// SPDX-License-Identifier: Apache-2.0
#include "volume/volume.h"

#include "base/checked.h"
#include "volume/boot_sector.h"
#include "volume/gaps.h"
#include "volume/judge_volume.h"
#include "volume/media_start.h"
#include "volume/partition_table.h"
#include "volume/tsk_survey.h"
#include "volume/volume_search.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostVolumes = 1024;
constexpr u64 kLeastVolume = 1_MiB; // mkntfs and Windows make no smaller one

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

class Finder {
public:
  Finder(const SourcePtr& media, const VolumeChoices& choices, const StopFlag* stop)
      : media_(media), choices_(choices), stop_(stop) {}

  VolumeTable find(const std::vector<std::filesystem::path>& segments) {
    const bool bare = is_bare(start_of(*media_, 0, kSignatureBytes));
    const PartitionTable ours = bare ? PartitionTable{} : read_partition_table(*media_);
    table_.problems = ours.problems;
    check_media();
    const TskSurvey theirs = survey(segments, ours, !bare);
    table_.kind = ours.kind != "none" || theirs.kind.empty() ? ours.kind : theirs.kind;
    add_partitions(merge(media_, ours, theirs), ours, theirs);
    if (table_.volumes.empty()) add_whole(theirs);
    for (const u64 offset : choices_.at) add_chosen(offset);
    search_the_rest();
    drop_empty_whole();
    sort();
    describe_search(ours);
    for (Volume& volume : table_.volumes)
      volume.opened_by_libtsk = seen_by(theirs, volume.offset).name == "ntfs";
    return std::move(table_);
  }

private:
  TskSurvey survey(const std::vector<std::filesystem::path>& segments, const PartitionTable& ours,
                   bool table) {
    std::vector<u64> offsets;
    for (const TableEntry& entry : ours.entries) offsets.push_back(entry.offset);
    if (offsets.empty()) offsets.push_back(0);
    TskSurvey theirs = survey_with_tsk(segments, media_, {offsets, table, ours.unit}, stop_);
    if (!theirs.failure.empty())
      table_.problems.push_back(fmt::format("libtsk failed on the partition table or on a file "
                                            "system: {}; the volumes are those of our own "
                                            "reading",
                                            theirs.failure));
    table_.problems.insert(table_.problems.end(), theirs.problems.begin(), theirs.problems.end());
    return theirs;
  }

  /// What the container claims to hold, and doesn't.
  void check_media() {
    if (media_->end() < media_->size())
      table_.problems.push_back(fmt::format("the container claims {} bytes of media, and holds "
                                            "none from offset {} on: truncated",
                                            media_->size(), media_->end()));
    std::size_t ranges = 0;
    u64 bytes = 0;
    for (const Unstored& range : media_->unstored()) {
      if (range.zeros || range.offset >= media_->end()) continue;
      ++ranges;
      bytes += range.length;
    }
    if (ranges > 0)
      table_.problems.push_back(
          fmt::format("the container holds no bytes for {} ranges of the media, {} bytes together: "
                      "truncated",
                      ranges, bytes));
  }

  static TskSurvey::FileSystem seen_by(const TskSurvey& survey, u64 offset) {
    const auto found = survey.file_systems.find(offset);
    return found == survey.file_systems.end() ? TskSurvey::FileSystem{} : found->second;
  }

  void add_partitions(std::vector<Candidate> found, const PartitionTable& ours,
                      const TskSurvey& theirs) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      Volume& volume = found[i].volume;
      volume.locator = fmt::format("p{}", i + 1);
      const u64 next = i + 1 < found.size() ? found[i + 1].volume.offset : media_->size();
      if (ours.unit != 512)
        add_note(volume, fmt::format("its table counts sectors of {} bytes", ours.unit));
      judge_volume(volume, seen_by(theirs, volume.offset), {media_, found[i].purpose, next},
                   table_);
      if (volume.size == 0)
        table_.problems.push_back(fmt::format(
            "volume {}: offset {}: the table gives it no sectors, and no NTFS boot sector is there",
            volume.locator, volume.offset));
      table_.volumes.push_back(std::move(volume));
    }
  }

  /// The media as one volume: there is no table.
  void add_whole(const TskSurvey& theirs) {
    Volume whole = volume_at(media_, 0, media_->size(), {});
    whole.locator = "v";
    judge_volume(whole, seen_by(theirs, 0), {media_, {}, media_->size()}, table_);
    table_.volumes.push_back(std::move(whole));
  }

  void add_found(const FoundNtfs& found, const std::string& why) {
    Volume volume = volume_at(media_, found.offset, found.size, "NTFS outside the partition table");
    volume.locator = fmt::format("at{}", found.offset);
    judge_volume(volume, {}, {media_, {}, media_->size()}, table_);
    add_note(volume, why);
    table_.volumes.push_back(std::move(volume));
  }

  void add_chosen(u64 offset) {
    const auto same = [&](const Volume& v) { return v.offset == offset && v.filesystem == "ntfs"; };
    if (std::any_of(table_.volumes.begin(), table_.volumes.end(), same)) return;
    const std::vector<std::byte> start = start_of(*media_, offset, 512);
    const std::optional<NtfsClaim> claim = ntfs_claim(start);
    if (!claim)
      throw UsageError(
          fmt::format("--volume-at {}: no NTFS boot sector at that offset of the media", offset));
    add_found({offset, claim->end(), offset}, "at the offset that --volume-at gives");
  }

  /// A partition may be longer than the file system in it. What is too short for another one counts
  /// as part of it.
  u64 end_of_content(const Volume& volume) const {
    const u64 end = saturating_add(volume.offset, volume.size);
    if (volume.filesystem != "ntfs") return end;
    const std::optional<NtfsClaim> claim = ntfs_claim(start_of(*media_, volume.offset, 512));
    const u64 own = claim ? saturating_add(volume.offset, claim->end()) : end;
    return own < end && end - own >= kLeastVolume ? own : end;
  }

  /// Looks for volumes where the table has none, behind the file systems of partitions, and in
  /// partitions that nothing recognises.
  void search_the_rest() {
    Ranges taken;
    for (const Volume& volume : table_.volumes)
      if (volume.filesystem != "unknown" && volume.filesystem != "ldm" &&
          volume.filesystem != "storage-spaces")
        taken.emplace_back(volume.offset, end_of_content(volume));
    for (const Unstored& range : media_->unstored())
      taken.emplace_back(range.offset, range.offset + range.length);
    for (const auto& [from, to] : gaps_between(std::move(taken), media_->end())) search(from, to);
  }

  void search(u64 from, u64 to) {
    const SourcePtr media =
        stop_ == nullptr ? media_ : std::make_shared<StoppableSource>(media_, *stop_);
    const NtfsSearch found = search_ntfs(
        *media, from, to, choices_.every_sector ? SearchStep::every_sector : SearchStep::aligned);
    for (const FoundNtfs& volume : found.volumes) {
      const std::string where =
          volume.seen_at == volume.offset
              ? std::string("its boot sector and $MFT")
              : fmt::format("its backup boot sector at offset {} and its $MFT", volume.seen_at);
      table_.problems.push_back(
          fmt::format("offset {}: an NTFS volume that no partition table leads to was found by {}",
                      volume.offset, where));
      add_found(volume, "found by " + where);
    }
    for (const auto& [offset, has_mft] : found.unconfirmed)
      if (offset != 0 || from != 0)
        table_.problems.push_back(fmt::format(
            "offset {}: an NTFS boot sector outside of any volume, but {}: not swept (--volume-at "
            "{} sweeps it)",
            offset,
            has_mft ? "no backup where its volume would end, so it may be in a file of another one"
                    : "no $MFT where it says",
            offset));
  }

  /// The whole media is no volume if nothing knows it and there are volumes in it.
  void drop_empty_whole() {
    if (table_.volumes.size() > 1 && table_.volumes[0].locator == "v" &&
        table_.volumes[0].filesystem == "unknown")
      table_.volumes.erase(table_.volumes.begin());
  }

  void sort() {
    std::stable_sort(table_.volumes.begin(), table_.volumes.end(),
                     [](const Volume& a, const Volume& b) { return a.offset < b.offset; });
  }

  void describe_search(const PartitionTable& ours) {
    table_.searched =
        table_.kind == "none"
            ? "no partition table, read with sectors of 512, 1024, 2048 and 4096 bytes"
            : fmt::format("partition table: {}, with sectors of {} bytes and {} entries",
                          table_.kind, ours.unit, ours.entries.size());
    table_.searched += choices_.every_sector
                           ? "; every sector outside of known volumes was looked at"
                           : "; outside of known volumes boot sectors were looked for at the usual "
                             "places, --find-volumes looks at every sector";
  }

  const SourcePtr& media_;
  const VolumeChoices& choices_;
  const StopFlag* stop_;
  VolumeTable table_;
};

} // namespace

VolumeTable find_volumes(const std::vector<std::filesystem::path>& segments, const SourcePtr& media,
                         const VolumeChoices& choices, const StopFlag* stop) {
  return Finder(media, choices, stop).find(segments);
}

void ask_sleuth_kit(const Image& image, VolumeTable& table, const StopFlag* stop) {
  const bool raw = image.format.ends_with("raw"); // then libtsk and we read the same bytes
  std::vector<u64> offsets;
  for (Volume& volume : table.volumes) {
    if (volume.filesystem != "ntfs") continue;
    if (volume.offset % 512 != 0)
      volume.refused_by_sleuth_kit = "the volume doesn't begin at a multiple of 512 bytes";
    else if (!raw || !volume.opened_by_libtsk)
      offsets.push_back(volume.offset);
  }
  if (offsets.empty() && raw) return;
  const TskPrograms programs = ask_tsk_programs(image, offsets, stop);
  if (!raw) table.refused_by_sleuth_kit = programs.refused;
  table.sleuth_kit_sector = programs.sector;
  for (Volume& volume : table.volumes) {
    if (std::find(offsets.begin(), offsets.end(), volume.offset) == offsets.end()) continue;
    const auto found = programs.refused_volumes.find(volume.offset);
    volume.refused_by_sleuth_kit =
        found == programs.refused_volumes.end() ? programs.refused : found->second;
  }
}

} // namespace coldsweep
