// SPDX-License-Identifier: Apache-2.0
#include "filesystem/placeholders.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep {
namespace {

struct Filter {
  u32 tag;
  std::string_view name, meaning;
};

/// Filters that keep content elsewhere.
constexpr std::array kFilters{
    Filter{0x80000005, "DRIVE_EXTENDER", "on another disk of Windows Home Server"},
    Filter{0x80000006, "HSM2", "in hierarchical storage"},
    Filter{0x80000007, "SIS", "in the SIS Common Store of this volume"},
    Filter{0x80000008, "WIM", "in a mounted WIM file"},
    Filter{0x80000009, "CSV", "on a cluster shared volume"},
    Filter{0x80000013, "DEDUP",
           "in the chunk store of deduplication, below /System Volume Information/Dedup"},
    Filter{0x80000015, "FILE_PLACEHOLDER", "in OneDrive"},
    Filter{0x80000016, "DFM", "where the dynamic file filter keeps it"},
    Filter{0x80000018, "WCI", "in the base image of a Windows container"},
    Filter{0x8000001E, "STORAGE_SYNC", "in Azure File Sync"},
    Filter{0x80000020, "UNHANDLED", "in the base image of a Windows container"},
    Filter{0x80000021, "ONEDRIVE", "in OneDrive"},
    Filter{0x9000001A, "CLOUD", "in the cloud of a sync provider such as OneDrive"},
    Filter{0x9000001C, "PROJFS", "projected by a program such as VFS for Git"},
    Filter{0x90001018, "WCI_1", "in the base image of a Windows container"},
    Filter{0x90000027, "STORAGE_SYNC_FOLDER", "in Azure File Sync"},
    Filter{0xA0000010, "IIS_CACHE", "where the cache of IIS keeps it"},
    Filter{0xA0000027, "WCI_LINK", "in the base image of a Windows container"},
    Filter{0xA0000028, "DATALESS_CIM", "in a composite image (CIM)"},
    Filter{0xA0001027, "WCI_LINK_1", "in the base image of a Windows container"},
    Filter{0xC0000004, "HSM", "in hierarchical storage"},
    Filter{0xC0000014, "APPXSTRM", "in an app package that is streamed"},
};

/// Tags of links and special files, which have no content of their own.
constexpr std::array<u32, 16> kWithoutContent{
    0x80000000, 0x8000000A, 0x80000012, 0x80000014, 0x80000017, 0x8000001B, 0x80000023, 0x80000024,
    0x80000025, 0x80000026, 0xA0000003, 0xA000000C, 0xA0000019, 0xA000001D, 0xA000001F, 0xA0000022};

constexpr u32 kCloud = 0x9000001A, kCloudKinds = 0x0000F000; // CLOUD, CLOUD_1 to CLOUD_F

std::optional<std::string> content_place(u32 tag, bool holds_nothing) {
  const u32 known = (tag & ~kCloudKinds) == kCloud ? kCloud : tag;
  for (const Filter& filter : kFilters)
    if (filter.tag == known)
      return fmt::format("{} (reparse tag IO_REPARSE_TAG_{}, 0x{:08X})", filter.meaning,
                         filter.name, tag);
  // A filter that we don't know may leave holes for other reasons.
  const bool plain =
      std::find(kWithoutContent.begin(), kWithoutContent.end(), tag) != kWithoutContent.end();
  if (plain || !holds_nothing) return std::nullopt;
  return fmt::format("where a filter with the unknown reparse tag 0x{:08X} keeps it", tag);
}

bool is_hole(const Extent& extent, u64 initialized) {
  return extent.kind == Extent::Kind::sparse || extent.stream_offset >= initialized;
}

/// Whether clusters hold all of the stream. Compression leaves holes within its units: only a unit
/// without any cluster lacks content.
bool is_complete(const FoundStream& stream) {
  if (stream.resident) return true;
  if (stream.initialized < stream.size) return false;
  const u64 unit = stream.encoding == Encoding::lznt1 ? stream.compression_unit : 1;
  u64 units = 0; // from the start, without one that lacks content
  for (const Extent& extent : stream.extents) {
    if (extent.length == 0 || is_hole(extent, stream.initialized)) continue;
    if (extent.stream_offset / unit > units) return false;
    units = std::max(units, (extent.stream_offset + extent.length - 1) / unit + 1);
  }
  return units >= (stream.size + unit - 1) / unit;
}

} // namespace

void mark_placeholder(u32 reparse_tag, std::vector<FoundStream>& streams) {
  const auto main = std::find_if(streams.begin(), streams.end(),
                                 [](const FoundStream& s) { return s.name.empty(); });
  if (main == streams.end() || main->size == 0) return;
  const auto hole = [&](const Extent& e) { return is_hole(e, main->initialized); };
  const bool holds_nothing = std::all_of(main->extents.begin(), main->extents.end(), hole);
  if (is_complete(*main)) return;
  std::optional<std::string> place = content_place(reparse_tag, holds_nothing);
  if (!place) return;
  std::optional<FoundStream> stored;
  if (!holds_nothing) {
    stored = *main;
    stored->stored_attribute = main->attribute; // it will need another id of its own
    stored->system = false;
    stored->problems.clear();
  }
  main->encoding = Encoding::elsewhere;
  main->why_unread = std::move(*place);
  main->resident = false;
  main->extents.clear();
  if (stored) streams.push_back(std::move(*stored));
}

} // namespace coldsweep
