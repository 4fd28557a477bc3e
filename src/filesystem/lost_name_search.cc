// SPDX-License-Identifier: Apache-2.0
#include "filesystem/lost_name_search.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

std::vector<std::byte> stored_bytes(const ByteSource& volume, const std::vector<Extent>& extents) {
  constexpr u64 kMost = 256_MiB;
  std::vector<std::byte> bytes;
  for (const Extent& extent : extents) {
    if (extent.kind != Extent::Kind::stored || bytes.size() >= kMost) continue;
    const std::size_t before = bytes.size();
    bytes.resize(before + std::min(extent.length, kMost - before));
    read_with_gaps(volume, extent.source_offset, MutableBytes(bytes).subspan(before));
  }
  return bytes;
}

/// A record keeps the first name that is added, so the latest one goes first.
void add_latest_first(std::vector<LostName> names, std::string_view source, PathIndex& paths) {
  for (auto lost = names.rbegin(); lost != names.rend(); ++lost)
    paths.add_lost_name(lost->file, std::move(lost->name), source);
}

} // namespace

void find_lost_names(const ByteSource& volume, LostNamePlaces places, PathIndex& paths) {
  if (!paths.any_nameless()) return;
  add_latest_first(names_in_change_journal(stored_bytes(volume, places.change_journal)),
                   kChangeJournal, paths);
  if (!paths.any_nameless()) return;
  std::vector<std::byte> log = stored_bytes(volume, places.log_file);
  add_latest_first(names_in_log_file(log), kLogFile, paths);
  for (LostName& lost : places.index_slack)
    paths.add_lost_name(lost.file, std::move(lost.name), kIndexSlack);
}

} // namespace coldsweep
