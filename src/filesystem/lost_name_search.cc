// SPDX-License-Identifier: Apache-2.0
#include "filesystem/lost_name_search.h"

#include "filesystem/update_sequence.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kPiece = 1_MiB;
static_assert(kPiece % kUpdateStride == 0);

/// The stored extents one after another, up to the most that is searched.
std::vector<Extent> stored_part(const std::vector<Extent>& extents) {
  constexpr u64 kMost = 256_MiB;
  std::vector<Extent> part;
  u64 length = 0;
  for (const Extent& extent : extents) {
    if (extent.kind != Extent::Kind::stored || length >= kMost) continue;
    part.push_back({length, extent.source_offset, std::min(extent.length, kMost - length),
                    Extent::Kind::stored});
    length += part.back().length;
  }
  return part;
}

/// Reads a journal piece by piece, with the next `overlap` bytes behind each, and keeps the latest
/// name of each record that has none.
template <typename FindNames>
void search_journal(const ByteSource& volume, const std::vector<Extent>& journal, u64 overlap,
                    std::string_view source, PathIndex& paths, const FindNames& find_names) {
  const std::vector<Extent> stored = stored_part(journal);
  const u64 end = stored.empty() ? 0 : stored.back().stream_offset + stored.back().length;
  std::vector<std::byte> buffer(std::min(kPiece + overlap, end));
  std::unordered_map<u64, LostName> latest;
  for (u64 at = 0; at < end;) {
    const MutableBytes piece = MutableBytes(buffer).first(std::min<u64>(buffer.size(), end - at));
    read_extents(volume, stored, at, piece);
    JournalNames found = find_names(piece, std::min<u64>(kPiece, piece.size()));
    for (LostName& lost : found.names)
      if (paths.lacks_name(lost.file)) latest.insert_or_assign(lost.file.record, std::move(lost));
    if (found.next < std::min<u64>(kPiece, piece.size())) break; // too little is left for a name
    at += found.next;
  }
  for (auto& [record, lost] : latest) paths.add_lost_name(lost.file, std::move(lost.name), source);
}

} // namespace

void find_lost_names(const ByteSource& volume, LostNamePlaces places, PathIndex& paths) {
  if (!paths.any_nameless()) return;
  search_journal(
      volume, places.change_journal, kMostUsnRecord, kChangeJournal, paths,
      [](MutableBytes piece, u64 until) { return names_in_change_journal(piece, until); });
  if (!paths.any_nameless()) return;
  search_journal(volume, places.log_file, kMostLogPage, kLogFile, paths,
                 [](MutableBytes piece, u64 until) { return names_in_log_file(piece, until); });
  for (LostName& lost : places.index_slack)
    paths.add_lost_name(lost.file, std::move(lost.name), kIndexSlack);
}

} // namespace coldsweep
