// SPDX-License-Identifier: Apache-2.0
#include "filesystem/space_planner.h"

#include "base/endian.h"
#include "filesystem/raw_space.h"
#include "filesystem/update_sequence.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using Rank = SpaceClaims::Rank;

// Owner numbers: the fixed ones, then reasons, then the streams of the plan. The container has no
// bytes for kAbsent, and knows that those of kZeroSpace, which belong to nothing, are zeros.
constexpr u32 kAbsent = 0, kMetadata = 1, kZeroSlack = 2, kZeroSpace = 3, kFirstReason = 4,
              kFirstStream = 32;

constexpr std::size_t kMostLostNames = 1'000'000;
constexpr const char* kOverLimit = "over_limit";

u64 length_of(std::span<const Extent> extents) {
  return extents.empty() ? 0 : extents.back().stream_offset + extents.back().length;
}

/// Only the stored extents, one after another.
std::vector<Extent> packed(const std::vector<Extent>& extents) {
  std::vector<Extent> stored;
  for (const Extent& extent : extents)
    if (extent.kind == Extent::Kind::stored)
      stored.push_back({length_of(stored), extent.source_offset, extent.length, extent.kind});
  return stored;
}

/// Of what the stream occupies.
u64 end_of_content(const FoundStream& stream) {
  return stream.encoding == Encoding::plain ? stream.initialized : length_of(stream.extents);
}

/// Stored, but past the initialized size.
std::vector<Extent> uninitialized_part(const FoundStream& stream) {
  if (stream.resident || stream.encoding != Encoding::plain || stream.initialized >= stream.size)
    return {};
  return packed(
      slice_extents(stream.extents, stream.initialized, stream.size - stream.initialized));
}

} // namespace

SpacePlanner::SpacePlanner(const NtfsVolume& volume, const Scope& scope, Keep keep)
    : volume_(volume), scope_(scope), keep_(std::move(keep)),
      present_(std::min(volume.source->end(), volume.source->size())) {
  for (const Extent& extent :
       volume.mft.place(0, 0, volume.mft.record_count() * volume.geometry.record_size))
    claim(Rank::metadata, std::span(&extent, 1), extent.stream_offset + extent.length, kMetadata);
  for (const Unstored& range : volume.source->unstored())
    if (!range.zeros) claims_.claim(Rank::in_use, range.offset, range.length, kAbsent);
}

/// The owner of bytes that are skipped for that reason.
u32 SpacePlanner::owner_for(const std::string& reason) {
  const auto known = std::find(reasons_.begin(), reasons_.end(), reason);
  if (known != reasons_.end()) return kFirstReason + static_cast<u32>(known - reasons_.begin());
  reasons_.push_back(reason);
  return kFirstReason + static_cast<u32>(reasons_.size() - 1);
}

u32 SpacePlanner::slack_out_of_scope() {
  if (slack_reason_ == 0) slack_reason_ = out_of_scope("slack");
  return slack_reason_;
}

void SpacePlanner::claim(Rank rank, std::span<const Extent> extents, u64 end, u32 owner) {
  for (const Extent& extent : extents) {
    if (extent.placed() && extent.stream_offset < end)
      claims_.claim(rank, extent.source_offset, std::min(extent.length, end - extent.stream_offset),
                    owner);
  }
}

void SpacePlanner::keep_raw(StreamRef stream, std::vector<Extent>&& extents, Rank rank) {
  stream.size = stream.initialized = length_of(extents);
  if (stream.size == 0) return;
  const u64 own = stream.size - stream.shared_tail;
  const std::vector<Extent> places = extents;
  const u32 number = keep_(stream, std::move(extents));
  claim(rank, places, own, kFirstStream + number);
}

void SpacePlanner::add_record(Mft::Walked& walked) {
  const u64 number = walked.number;
  const std::optional<MftRecord>& record = walked.record;
  const ByteView bytes = walked.bytes;
  if (volume_.mft.is_recovered(number))
    claim(Rank::metadata, volume_.mft.place(number, 0, bytes.size()), bytes.size(), kMetadata);
  const u64 used = record ? record->used : 0;
  if (!scope_.slack || is_zero(bytes.subspan(used)))
    return claim(Rank::slack, walked.unused, bytes.size(),
                 scope_.slack ? kZeroSlack : slack_out_of_scope());
  StreamRef slack;
  slack.id = {0, number, record ? record->sequence : u16{0}, 0, StreamKind::mft_slack};
  slack.deleted = !record || !record->in_use;
  slack.resident = true;
  slack.slack_of_size = used;
  keep_raw(slack, std::move(walked.unused), Rank::slack);
}

void SpacePlanner::add_planned(const StreamRef& stream, u32 number) {
  const bool as_stored = stream.encoding == Encoding::plain;
  const Rank rank = stream.deleted && !stream.resident       ? Rank::deleted
                    : stream.system && stream.id.record == 0 ? Rank::table
                                                             : Rank::in_use;
  claim(rank, stream.extents, as_stored ? stream.initialized : length_of(stream.extents),
        kFirstStream + number);
}

void SpacePlanner::add_unplanned(const FoundStream& stream, const std::string& what) {
  claim(Rank::in_use, stream.extents, end_of_content(stream), out_of_scope(what));
}

void SpacePlanner::leave_out(const FoundStream& stream) {
  claim(Rank::in_use, stream.extents, end_of_content(stream), owner_for(kOverLimit));
}

void SpacePlanner::leave_behind(const FoundStream& stream) {
  const u32 owner = scope_.slack ? owner_for(kOverLimit) : slack_out_of_scope();
  for (const std::vector<Extent>& extents : {uninitialized_part(stream), packed(stream.behind)})
    claim(Rank::slack, extents, length_of(extents), owner);
}

void SpacePlanner::add_behind(const StreamRef& of, const FoundStream& stream) {
  if (stream.resident) return;
  if (!scope_.slack) return leave_behind(stream);
  std::vector<Extent> uninitialized = uninitialized_part(stream);
  std::vector<Extent> behind = packed(stream.behind);
  StreamRef raw = of;
  raw.encoding = Encoding::plain;
  raw.compression_unit = 0;
  raw.stored_attribute.reset();
  raw.stored_size = 0;
  raw.why_unread = {};
  raw.id.kind = StreamKind::uninitialized;
  raw.slack_of_size = stream.initialized;
  keep_raw(raw, std::move(uninitialized), Rank::slack);
  raw.id.kind = StreamKind::slack;
  raw.slack_of_size = stream.size;
  keep_raw(raw, std::move(behind), Rank::slack);
}

void SpacePlanner::add_metadata(const FoundStream& attribute) {
  claim(Rank::metadata, attribute.extents, length_of(attribute.extents), kMetadata);
  claim(Rank::metadata, attribute.behind, length_of(attribute.behind), kMetadata);
}

void SpacePlanner::add_index(const StreamRef& of, const FoundStream& index, ByteView bitmap,
                             u32 block_size) {
  const u64 size = std::min(index.size, length_of(index.extents));
  if (size < block_size) return;
  std::vector<IndexSlack> slack =
      index_slack(*volume_.source, index.extents, size, block_size, bitmap);
  bool any = false;
  for (IndexSlack& rest : slack) {
    any = any || !rest.zeros;
    if (lost_names_.size() < kMostLostNames)
      std::move(rest.names.begin(), rest.names.end(), std::back_inserter(lost_names_));
    if (rest.zeros)
      claim(Rank::slack, slice_extents(index.extents, rest.offset, rest.length), rest.length,
            kZeroSlack);
  }
  if (!any) return;
  StreamRef raw = of;
  raw.id.kind = StreamKind::index_slack;
  raw.attribute_type = static_cast<u32>(AttributeType::index_allocation);
  keep_raw(raw, place_index_slack(slack, index.extents, size), Rank::slack);
}

void SpacePlanner::add_clusters(const std::vector<ClusterRun>& runs, StreamKind kind,
                                u32 volume_id) {
  const u32 cluster = volume_.geometry.cluster_size;
  if (!scope_.unallocated) {
    for (const ClusterRun& run : runs)
      claims_.claim(Rank::nobodys, run.first * cluster, run.count * cluster,
                    out_of_scope("unallocated"));
    return;
  }
  for (const Unstored& range : volume_.source->unstored())
    if (range.zeros) claims_.claim(Rank::nobodys, range.offset, range.length, kZeroSpace);
  for (RawChunk& chunk :
       cut_raw_space(stored_runs(runs, cluster, volume_.source->unstored()), cluster)) {
    StreamRef stream;
    stream.id = {volume_id, kNoRecord + chunk.first_cluster, 0, 0, kind};
    stream.shared_tail = chunk.shared_tail;
    stream.deleted = true;
    keep_raw(stream, std::move(chunk.extents), Rank::nobodys);
  }
}

void SpacePlanner::add_tail(u32 volume_id) {
  const NtfsGeometry& geometry = volume_.geometry;
  const u64 from = geometry.cluster_count * geometry.cluster_size;
  if (present_ <= from) return;
  const Extent tail{0, from, present_ - from, Extent::Kind::stored};
  if (!scope_.unallocated)
    return claim(Rank::nobodys, std::span(&tail, 1), tail.length, out_of_scope("unallocated"));
  StreamRef stream;
  stream.id = {volume_id, kNoRecord + geometry.cluster_count, 0, 0, StreamKind::volume_slack};
  stream.deleted = true;
  keep_raw(stream, without_unstored(std::span(&tail, 1), volume_.source->unstored()),
           Rank::nobodys);
}

void SpacePlanner::add_rest(const ClusterBitmap& bitmap, u32 volume_id) {
  // Before free clusters are claimed: $Bitmap is trusted only as far as the records confirm it.
  const std::vector<ClusterRun> nobodys =
      claims_.unclaimed(bitmap.used_runs(), volume_.geometry.cluster_size);
  add_clusters(bitmap.free_runs(), StreamKind::unallocated, volume_id);
  add_clusters(nobodys, StreamKind::unattributed, volume_id);
  add_tail(volume_id);
}

SpacePlanner::Settled SpacePlanner::settle(u32 streams) {
  const std::vector<u64> bytes = claims_.settle(present_, kFirstStream + streams);
  Settled settled;
  settled.owned.assign(bytes.begin() + kFirstStream, bytes.end());
  SpaceAccount& rest = settled.rest;
  rest.size = volume_.source->size();
  rest.metadata = bytes[kMetadata];
  rest.slack = bytes[kZeroSlack];
  rest.unallocated = bytes[kZeroSpace];
  for (std::size_t i = 0; i < reasons_.size(); ++i) rest.skip(reasons_[i], bytes[kFirstReason + i]);
  rest.unreadable = rest.size - present_ + bytes[kAbsent];
  u64 claimed = 0;
  for (const u64 owned : bytes) claimed += owned;
  rest.skip("of_no_known_use", present_ - claimed); // within clusters that belong to something else
  return settled;
}

} // namespace coldsweep
