// SPDX-License-Identifier: Apache-2.0
#include "sweep/swept_volumes.h"

#include "base/checked.h"
#include "base/text.h"
#include "volume/gaps.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u32 kSector = 512;
constexpr std::size_t kMostWebFolders = 256; // of a volume; an Exchange server has one

LocateTarget locate_target(const Image& image, const VolumeTable& table, const Volume& volume) {
  LocateTarget target{image.format, {}, volume.offset, volume.size};
  for (const ImageSegment& segment : image.segments)
    target.segments.push_back(segment.path.filename().string());
  target.image_refused = table.refused_by_sleuth_kit;
  target.volume_refused = volume.refused_by_sleuth_kit;
  target.other_sectors = table.sleuth_kit_sector != kSector;
  target.media_size = image.media->size();
  std::vector<MediaRange> unread = image.acquisition_errors;
  constexpr u64 kMost = std::numeric_limits<u64>::max();
  const u64 end = image.media->end(); // a volume may claim more
  unread.push_back({end, kMost - end});
  target.unread_media = merged_ranges(std::move(unread), kMost);
  return target;
}

Issue volume_issue(IssueKind kind, std::optional<u32> id, std::string message, u64 bytes) {
  return {.kind = kind,
          .volume = id,
          .record = std::nullopt,
          .path = std::nullopt,
          .stream_name = std::nullopt,
          .stage = "volume",
          .message = std::move(message),
          .bytes = bytes};
}

/// Streams in these ranges say so themselves, so no bytes are counted here.
Issue acquisition_issue(const Image& image) {
  u64 bytes = 0;
  for (const MediaRange& range : image.acquisition_errors) bytes += range.length;
  return volume_issue(
      IssueKind::unreadable, std::nullopt,
      fmt::format("{} bytes of the media in {} ranges, the first at offset {}, could not be read "
                  "when it was acquired; the case line lists them",
                  bytes, image.acquisition_errors.size(), image.acquisition_errors.front().offset),
      0);
}

void add_note(VolumeRecord& record, const std::string& note) {
  record.note += (record.note.empty() ? "" : "; ") + note;
}

void describe_ntfs(const NtfsVolume& ntfs, VolumeRecord& record) {
  record.cluster_size = ntfs.geometry.cluster_size;
  record.serial = fmt::format("{:016x}", ntfs.geometry.serial);
  record.label = ntfs.label;
  record.status = VolumeStatus::swept;
  if (!ntfs.boot_problem.empty()) add_note(record, ntfs.boot_problem);
  if (ntfs.mft.record_count() == 0) add_note(record, ntfs.mft.problems().front());
}

/// The system volume is C:, the others follow in media order.
void assign_drives(std::deque<SweptVolume>& volumes) {
  const auto system = std::find_if(volumes.begin(), volumes.end(),
                                   [](const SweptVolume& v) { return v.plan.holds_windows(); });
  char next = system == volumes.end() ? 'C' : 'D';
  for (auto volume = volumes.begin(); volume != volumes.end(); ++volume) {
    volume->drive = volume == system ? 'C' : next;
    if (volume != system && next < 'Z') ++next;
  }
}

/// Exchange is installed wherever there is a folder FrontEnd/HttpProxy, on any volume.
void find_web_folders(OpenedVolumes& opened) {
  constexpr std::string_view kFolder = "/frontend/httpproxy";
  bool exchange = false;
  for (SweptVolume& volume : opened.swept) {
    const PathIndex::FoundPaths found =
        volume.plan.paths_ending("frontend", "httpproxy", kMostWebFolders);
    for (const std::string& named : found.paths) {
      const std::string path = ascii_lower(named);
      if (path.ends_with(kFolder))
        volume.web_folders.exchange.insert(path.substr(0, path.size() - kFolder.size() + 1));
    }
    if (found.left_out > 0)
      opened.issues.push_back(volume_issue(
          IssueKind::over_limit, volume.id,
          fmt::format("{} folders FrontEnd/HttpProxy past the first {}: unknown files there were "
                      "not looked for",
                      found.left_out, kMostWebFolders),
          0));
    exchange = exchange || !volume.web_folders.exchange.empty();
  }
  for (SweptVolume& volume : opened.swept) volume.web_folders.exchange_on_image = exchange;
}

bool is_wanted(const Volume& volume, const SweepOptions& options) {
  return options.volumes.empty() || std::find(options.volumes.begin(), options.volumes.end(),
                                              volume.locator) != options.volumes.end();
}

void check_locators(const VolumeTable& table, const SweepOptions& options) {
  for (const std::string& locator : options.volumes) {
    const bool found = std::any_of(table.volumes.begin(), table.volumes.end(),
                                   [&](const Volume& v) { return v.locator == locator; });
    if (found) continue;
    std::string known;
    for (const Volume& volume : table.volumes)
      known += (known.empty() ? "" : ", ") + volume.locator;
    throw UsageError(
        fmt::format("--volume {}: the image has no such volume; it has {}", locator, known));
  }
}

struct PlanRequest {
  const VolumeTable& table;
  const SweepOptions& options;
  const StopFlag& stop;
};

void mark_unreadable(VolumeRecord& record, const std::string& why) {
  record.status = VolumeStatus::unreadable;
  add_note(record, why);
}

void report_ntfs(const NtfsVolume& ntfs, const VolumeRecord& record, OpenedVolumes& opened) {
  if (!ntfs.boot_problem.empty())
    opened.issues.push_back(volume_issue(IssueKind::malformed, record.id, ntfs.boot_problem, 0));
  const u64 claimed = ntfs.geometry.cluster_count * ntfs.geometry.cluster_size;
  const u64 held = ntfs.source->end();
  if (ntfs.geometry.present_clusters < ntfs.geometry.cluster_count)
    opened.issues.push_back(
        volume_issue(IssueKind::unreadable, record.id,
                     fmt::format("the file system has {} bytes, the evidence ends after {} of them",
                                 claimed, held),
                     claimed - held));
}

void plan_volume(const Image& image, const Volume& volume, const PlanRequest& request,
                 VolumeRecord& record, OpenedVolumes& opened) {
  const SweepOptions& options = request.options;
  const NtfsVolume ntfs =
      NtfsVolume::open(std::make_shared<StoppableSource>(volume.source, request.stop));
  describe_ntfs(ntfs, record);
  report_ntfs(ntfs, record, opened);
  SweptVolume swept{.id = record.id,
                    .source = volume.source,
                    .plan = NtfsPlan::make(ntfs, record.id, options.scope,
                                           {.ahead = options.threads > 1, .stop = &request.stop}),
                    .target = locate_target(image, request.table, volume)};
  if (!ntfs.boot_problem.empty() && swept.target.volume_refused.empty())
    swept.target.volume_refused = "its boot sector is damaged";
  swept.target.cluster_size = ntfs.geometry.cluster_size;
  swept.record_size = ntfs.geometry.record_size;
  record.rest = swept.plan.rest();
  opened.issues.insert(opened.issues.end(), swept.plan.issues().begin(), swept.plan.issues().end());
  opened.swept.push_back(std::move(swept));
}

/// Whatever goes wrong with one volume ends with it.
void open_volume(const Image& image, const Volume& volume, const PlanRequest& request,
                 VolumeRecord& record, OpenedVolumes& opened) {
  if (volume.filesystem == "bitlocker") {
    record.status = VolumeStatus::locked;
    opened.issues.push_back(volume_issue(IssueKind::encrypted, record.id,
                                         "encrypted by BitLocker: not swept", volume.size));
  }
  if (volume.filesystem != "ntfs") return;
  try {
    plan_volume(image, volume, request, record, opened);
  } catch (const Stopped&) {
    throw;
  } catch (const std::exception& e) {
    const bool damage = dynamic_cast<const Error*>(&e) != nullptr;
    mark_unreadable(record, e.what());
    opened.issues.push_back(
        volume_issue(damage ? IssueKind::unreadable : IssueKind::crashed, record.id,
                     fmt::format("volume {} at offset {}: {}{}", volume.locator, volume.offset,
                                 damage ? "" : "planning failed: ", e.what()),
                     volume.size));
  }
}

VolumeRecord plain_record(u32 id, const Volume& volume) {
  VolumeRecord record;
  record.id = id;
  record.locator = volume.locator;
  record.offset = volume.offset;
  record.size = volume.size;
  record.filesystem = volume.filesystem;
  record.note = volume.note;
  return record;
}

/// Adds the space outside of the volumes as volumes without a file system, so that the account has
/// every byte of the media.
void add_gaps(const Image& image, const VolumeTable& table, const Scope& scope,
              OpenedVolumes& opened) {
  u64 number = 0;
  Ranges taken;
  for (const Volume& volume : table.volumes)
    taken.emplace_back(volume.offset, saturating_add(volume.offset, volume.size));
  for (const auto& [from, to] : gaps_between(std::move(taken), image.media->size())) {
    Volume gap;
    gap.locator = fmt::format("gap{}", ++number);
    gap.offset = from;
    gap.size = to - from;
    gap.filesystem = "none";
    gap.source = std::make_shared<SliceSource>(image.media, from, gap.size);
    if (!scope.unallocated) gap.note = "outside of all volumes: in the scope `unallocated` only";
    VolumeRecord record = plain_record(static_cast<u32>(opened.records.size()), gap);
    record.status = VolumeStatus::swept;
    NtfsPlan plan = NtfsPlan::of_gap(*gap.source, record.id, from, scope);
    record.rest = plan.rest();
    if (scope.unallocated) {
      SweptVolume& swept =
          opened.swept.emplace_back(SweptVolume{.id = record.id,
                                                .source = gap.source,
                                                .plan = std::move(plan),
                                                .target = locate_target(image, table, gap)});
      swept.target.cluster_size = kSector;
    }
    opened.records.push_back(std::move(record));
  }
}

} // namespace

VolumeRecord describe_volume(u32 id, const Volume& volume) {
  VolumeRecord record = plain_record(id, volume);
  if (volume.filesystem == "bitlocker") record.status = VolumeStatus::locked;
  if (volume.filesystem != "ntfs") return record;
  try {
    describe_ntfs(NtfsVolume::open(volume.source, NtfsVolume::Search::no), record);
  } catch (const Error& e) {
    mark_unreadable(record, e.what());
  }
  return record;
}

OpenedVolumes open_volumes(const Image& image, const VolumeTable& table,
                           const SweepOptions& options, const StopFlag& stop) {
  check_locators(table, options);

  OpenedVolumes opened;
  if (!image.acquisition_errors.empty()) opened.issues.push_back(acquisition_issue(image));
  for (const std::string& problem : image.problems)
    opened.issues.push_back(volume_issue(IssueKind::malformed, std::nullopt, problem, 0));
  for (const std::string& problem : table.problems)
    opened.issues.push_back(volume_issue(IssueKind::malformed, std::nullopt, problem, 0));
  for (u32 id = 0; id < table.volumes.size(); ++id) {
    const Volume& volume = table.volumes[id];
    VolumeRecord record = plain_record(id, volume);
    if (is_wanted(volume, options))
      open_volume(image, volume, {table, options, stop}, record, opened);
    else
      add_note(record, "not asked for");
    opened.records.push_back(std::move(record));
  }
  assign_drives(opened.swept);
  for (const SweptVolume& volume : opened.swept) opened.records[volume.id].drive = volume.drive;
  if (options.volumes.empty()) add_gaps(image, table, options.scope, opened);
  find_web_folders(opened);
  const bool any_ntfs = std::any_of(table.volumes.begin(), table.volumes.end(),
                                    [](const Volume& v) { return v.filesystem == "ntfs"; });
  if (!any_ntfs)
    opened.issues.push_back(volume_issue(
        IssueKind::unsupported, std::nullopt,
        fmt::format("the image holds no NTFS volume: nothing was swept ({})", table.searched),
        image.media->size()));
  return opened;
}

} // namespace coldsweep
