// SPDX-License-Identifier: Apache-2.0
// What a plan says about its streams.
#include "filesystem/ntfs_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

std::string path_of_raw_space(const StreamRef& stream) {
  if (stream.id.kind == StreamKind::volume_slack) return "/$VolumeSlack";
  if (stream.id.kind == StreamKind::gap) return "/$Gap";
  return fmt::format("/${}/cluster-{}",
                     stream.id.kind == StreamKind::unattributed ? "Unowned" : "Unallocated",
                     stream.id.record - kNoRecord);
}

} // namespace

NtfsPlan NtfsPlan::of_gap(const ByteSource& gap, u32 volume_id, u64 offset, const Scope& scope) {
  NtfsPlan plan;
  const u64 present = std::min(gap.size(), gap.end());
  plan.rest_.size = gap.size();
  plan.rest_.unreadable = gap.size() - present;
  if (present == 0) return plan;
  StreamRef stream;
  stream.id = {volume_id, kNoRecord + offset, 0, 0, StreamKind::gap};
  stream.size = stream.initialized = stream.owned = present;
  const Extent all{0, 0, present, Extent::Kind::stored};
  const std::vector<Extent> extents = without_unstored(std::span(&all, 1), gap.unstored());
  for (const Extent& extent : extents)
    if (extent.kind == Extent::Kind::missing) stream.owned -= extent.length;
  plan.rest_.unreadable += present - stream.owned;
  if (!scope.unallocated) {
    plan.rest_.skip("unpartitioned_not_in_scope", stream.owned);
    return plan;
  }
  stream.deleted = true;
  plan.streams_.keep(stream, extents);
  return plan;
}

const NtfsPlan::File* NtfsPlan::file(u64 record) const {
  const auto found = std::lower_bound(files_.begin(), files_.end(), record,
                                      [](const File& f, u64 wanted) { return f.record < wanted; });
  return found != files_.end() && found->record == record ? &*found : nullptr;
}

std::string NtfsPlan::path(u64 record) const { return paths_.paths(record).front().path; }

std::optional<Overwritten> NtfsPlan::overwritten(const StreamRef& stream) const {
  if (!stream.deleted || stream.resident || is_raw(stream.id.kind) || !bitmap_.problem().empty())
    return std::nullopt;
  Overwritten found;
  for (const Extent& extent : stream.extents) {
    if (extent.kind != Extent::Kind::stored || extent.length == 0) continue;
    const u64 first = extent.source_offset / cluster_size_;
    const u64 last = (extent.source_offset + extent.length - 1) / cluster_size_;
    for (u64 cluster = first; cluster <= last; ++cluster) {
      ++found.of;
      found.clusters += bitmap_.in_use(cluster) ? 1 : 0;
    }
  }
  if (found.of == 0) return std::nullopt;
  return found;
}

StreamDescription NtfsPlan::describe(const StreamRef& stream) const {
  StreamDescription description;
  if (stream.id.record >= kNoRecord) {
    description.path = path_of_raw_space(stream);
    return description;
  }
  description.short_name = paths_.short_name(stream.id.record);
  std::vector<PathAndTimes> paths = paths_.paths(stream.id.record);
  description.path = paths.front().path;
  description.fn = paths.front().times;
  description.path_source = paths.front().source;
  for (std::size_t i = 1; i < paths.size(); ++i)
    description.links.push_back(std::move(paths[i].path));
  std::sort(description.links.begin(), description.links.end());

  const File* of = file(stream.id.record);
  if (of == nullptr) return description;
  if (of->has_si) description.si = of->si;
  if (of->own_owner != nullptr)
    description.owner_sid = *of->own_owner;
  else if (const auto owner = owners_.find(of->security_id);
           of->security_id != 0 && owner != owners_.end())
    description.owner_sid = owner->second;
  return description;
}

} // namespace coldsweep
