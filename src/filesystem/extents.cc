// SPDX-License-Identifier: Apache-2.0
#include "filesystem/extents.h"

#include "base/checked.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// Appends extents in stream order up to a fixed length. Merges adjacent ones.
class ExtentList {
public:
  ExtentList(u64 length, u32 cluster_size) : length_(length), cluster_size_(cluster_size) {}

  bool full() const { return position_ >= length_; }
  u64 position() const { return position_; }

  void append(Extent::Kind kind, u64 clusters, u64 first_cluster = 0) {
    const u64 bytes = std::min(checked_multiply<u64>(clusters, cluster_size_).value_or(length_),
                               length_ - position_);
    if (bytes == 0) return;
    const u64 source = kind == Extent::Kind::stored ? first_cluster * cluster_size_ : 0;
    if (!extents_.empty() && continues(extents_.back(), kind, source))
      extents_.back().length += bytes;
    else
      extents_.push_back({position_, source, bytes, kind});
    position_ += bytes;
  }

  std::vector<Extent> take() { return std::move(extents_); }

private:
  static bool continues(const Extent& last, Extent::Kind kind, u64 source) {
    return last.kind == kind &&
           (kind != Extent::Kind::stored || last.source_offset + last.length == source);
  }

  u64 length_, position_ = 0;
  u32 cluster_size_;
  std::vector<Extent> extents_;
};

void append_run(ExtentList& list, const DataRun& run, const NtfsGeometry& geometry,
                u64& clusters_left, BuiltExtents& built) {
  if (!run.lcn) return list.append(Extent::Kind::sparse, run.length);
  const u64 within = std::min(saturating_subtract(geometry.present_clusters, *run.lcn), run.length);
  const u64 stored = std::min(within, clusters_left);
  const u64 at = list.position();
  list.append(Extent::Kind::stored, stored, *run.lcn);
  clusters_left -= stored;
  if (stored == run.length || list.full()) return;
  built.problems.push_back(
      within < run.length
          ? fmt::format("data run at offset {}: clusters {}-{} lie past the last of {} in the {}",
                        at, *run.lcn + within, saturating_add(*run.lcn, run.length - 1),
                        geometry.present_clusters,
                        geometry.present_clusters < geometry.cluster_count
                            ? "evidence, which is cut off"
                            : "volume")
          : fmt::format("data run at offset {}: more clusters than the volume has", at));
  list.append(Extent::Kind::missing, run.length - stored);
}

} // namespace

BuiltExtents build_extents(std::vector<AttributeRuns> run_lists, const NtfsGeometry& geometry,
                           u64 length) {
  std::stable_sort(
      run_lists.begin(), run_lists.end(),
      [](const AttributeRuns& a, const AttributeRuns& b) { return a.first_vcn < b.first_vcn; });
  BuiltExtents built;
  ExtentList list(length, geometry.cluster_size);
  u64 next_vcn = 0;
  u64 clusters_left = geometry.cluster_count;
  for (const AttributeRuns& run_list : run_lists) {
    if (list.full()) break;
    if (run_list.first_vcn < next_vcn) {
      built.problems.push_back(
          fmt::format("run list for virtual cluster {} overlaps one that reaches {}",
                      run_list.first_vcn, next_vcn));
      continue;
    }
    if (run_list.first_vcn > next_vcn) {
      built.problems.push_back(
          fmt::format("no run list for virtual clusters {}-{}", next_vcn, run_list.first_vcn - 1));
      list.append(Extent::Kind::missing, run_list.first_vcn - next_vcn);
      next_vcn = run_list.first_vcn;
    }
    for (const DataRun& run : run_list.runs.runs) {
      append_run(list, run, geometry, clusters_left, built);
      next_vcn += run.length;
    }
    if (!run_list.runs.problem.empty() && !list.full())
      built.problems.push_back(run_list.runs.problem);
  }
  if (!list.full()) {
    built.problems.push_back(
        fmt::format("the run list ends at offset {}, {} bytes expected", list.position(), length));
    list.append(Extent::Kind::missing, length - list.position());
    // append() takes clusters, and this is a number of bytes: it is clipped to the length.
  }
  built.extents = list.take();
  return built;
}

std::vector<Extent> slice_extents(std::span<const Extent> extents, u64 offset, u64 length) {
  std::vector<Extent> sliced;
  const u64 end = saturating_add(offset, length);
  const auto* extent =
      std::partition_point(extents.data(), extents.data() + extents.size(),
                           [&](const Extent& e) { return e.stream_offset + e.length <= offset; });
  for (; extent != extents.data() + extents.size() && extent->stream_offset < end; ++extent) {
    const u64 from = std::max(offset, extent->stream_offset);
    const u64 to = std::min(end, extent->stream_offset + extent->length);
    sliced.push_back({from - offset,
                      extent->placed() ? extent->source_offset + (from - extent->stream_offset) : 0,
                      to - from, extent->kind});
  }
  return sliced;
}

u64 placed_bytes(std::span<const Extent> extents) {
  u64 placed = 0;
  for (const Extent& extent : extents)
    if (extent.placed()) placed = saturating_add(placed, extent.length);
  return placed;
}

std::vector<Extent> without_unstored(std::span<const Extent> extents,
                                     std::span<const Unstored> unstored) {
  std::vector<Extent> cut;
  const auto add = [&](const Extent& of, u64 from, u64 to, Extent::Kind kind) {
    if (from == to) return;
    const bool placed = kind == of.kind;
    cut.push_back(
        {of.stream_offset + (from - of.source_offset), placed ? from : 0, to - from, kind});
  };
  for (const Extent& extent : extents) {
    if (!extent.placed() || extent.length == 0) {
      cut.push_back(extent);
      continue;
    }
    u64 at = extent.source_offset;
    const u64 end = at + extent.length;
    auto range = std::partition_point(unstored.begin(), unstored.end(), [&](const Unstored& each) {
      return each.offset + each.length <= at;
    });
    for (; range != unstored.end() && range->offset < end; ++range) {
      const u64 from = std::max(at, range->offset);
      const u64 to = std::min(end, range->offset + range->length);
      add(extent, at, from, extent.kind);
      add(extent, from, to, range->zeros ? Extent::Kind::sparse : Extent::Kind::missing);
      at = to;
    }
    add(extent, at, end, extent.kind);
  }
  return cut;
}

std::vector<Gap> read_extents(const ByteSource& source, std::span<const Extent> extents, u64 offset,
                              MutableBytes into) {
  std::vector<Gap> gaps;
  u64 done = 0;
  for (const Extent& extent : slice_extents(extents, offset, into.size())) {
    const MutableBytes bytes = into.subspan(extent.stream_offset, extent.length);
    done = extent.stream_offset + extent.length;
    if (extent.placed()) {
      for (Gap& gap : read_with_gaps(source, extent.source_offset, bytes)) {
        gap.offset = gap.offset - extent.source_offset + offset + extent.stream_offset;
        gaps.push_back(std::move(gap));
      }
      continue;
    }
    std::fill(bytes.begin(), bytes.end(), std::byte{0});
    if (extent.kind == Extent::Kind::missing)
      gaps.push_back({offset + extent.stream_offset, extent.length,
                      "no place on the volume is known for them"});
  }
  if (done < into.size()) {
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(done), into.end(), std::byte{0});
    gaps.push_back({offset + done, into.size() - done, "past the end of the stream"});
  }
  return gaps;
}

} // namespace coldsweep
