// SPDX-License-Identifier: Apache-2.0
#include "content/stream_content.h"

#include "base/checked.h"
#include "content/lznt1.h"
#include "filesystem/raw_space.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kFreeHoles = 16_MiB; // zeros that are scanned rather than split around
constexpr u64 kMergeHoles = 1_MiB;
constexpr u64 kPiece = 1_MiB;
constexpr u64 kCached = 256_KiB;     // of a piece that stays in the processor's cache
constexpr u64 kWholeSystem = 64_MiB; // $LogFile is usually no larger; a page file is
constexpr u64 kWofWindow = 1_GiB;    // a multiple of every chunk size
constexpr u64 kWofRatio = 64;

bool holds_bytes(const Extent& extent) { return extent.kind != Extent::Kind::sparse; }

/// Bytes of [offset, offset + length) at and past the initialized size.
u64 uninitialized(const StreamRef& stream, u64 offset, u64 length) {
  return std::min(length, saturating_subtract(offset + length, stream.initialized));
}

void add_gaps(LoadedWindow& window, std::vector<Gap>&& gaps) {
  for (Gap& gap : gaps) {
    window.unreadable += gap.length;
    window.gaps.push_back(std::move(gap));
  }
}

/// Reads [offset, offset + into.size()) of a stream that is stored as it reads.
void read_plain(const ByteSource& source, const StreamRef& stream, u64 offset, MutableBytes into,
                LoadedWindow& window) {
  const u64 tail = uninitialized(stream, offset, into.size());
  const MutableBytes head = into.first(into.size() - tail);
  add_gaps(window, read_extents(source, stream.extents, offset, head));
  std::fill(into.begin() + static_cast<std::ptrdiff_t>(head.size()), into.end(), std::byte{0});
  window.sparse += tail;
  for (const Extent& extent : slice_extents(stream.extents, offset, head.size()))
    if (extent.kind == Extent::Kind::sparse) window.sparse += extent.length;
}

struct Unit {
  u64 offset = 0;       ///< in the stream
  MutableBytes into;    ///< clipped to the stream's size
  MutableBytes scratch; ///< one compression unit
};

/// A unit with all of its clusters is stored plain, one with none is zeros, and one with some is
/// compressed.
void read_unit(const ByteSource& source, const StreamRef& stream, const Unit& unit,
               LoadedWindow& window) {
  const std::vector<Extent> extents =
      slice_extents(stream.extents, unit.offset, stream.compression_unit);
  const bool any_hole =
      std::any_of(extents.begin(), extents.end(), [](const Extent& e) { return !holds_bytes(e); });
  u64 stored = 0;
  for (const Extent& extent : extents)
    if (holds_bytes(extent)) stored += extent.length;
  if (stored == 0 || unit.offset >= stream.initialized) {
    std::fill(unit.into.begin(), unit.into.end(), std::byte{0});
    window.sparse += unit.into.size();
    return;
  }
  if (!any_hole) return read_plain(source, stream, unit.offset, unit.into, window);

  // The stored clusters of a unit come first, in one stream of chunks.
  const MutableBytes compressed = unit.scratch.first(stored);
  u64 filled = 0;
  std::vector<Gap> gaps;
  for (const Extent& extent : extents) {
    if (!holds_bytes(extent)) continue;
    const Extent at_zero{0, extent.source_offset, extent.length, extent.kind};
    std::vector<Gap> found =
        read_extents(source, std::span(&at_zero, 1), 0, compressed.subspan(filled, extent.length));
    gaps.insert(gaps.end(), found.begin(), found.end());
    filled += extent.length;
  }
  const u64 tail = uninitialized(stream, unit.offset, unit.into.size());
  const u64 meant = unit.into.size() - tail;
  window.sparse += tail;
  std::string damage = gaps.empty() ? "" : gaps.front().message;
  if (gaps.empty()) {
    try {
      decompress_lznt1(compressed, unit.into);
    } catch (const FormatError& e) {
      damage = e.what();
    }
  }
  if (!damage.empty()) {
    // Half a unit would be scanned as if it were the file, so all of it counts as unreadable.
    std::fill(unit.into.begin(), unit.into.end(), std::byte{0});
    add_gaps(window, {{unit.offset, meant, damage}});
    if (gaps.empty()) {
      window.undecodable += meant;
      window.damage.push_back(
          fmt::format("compression unit at offset {}: {}", unit.offset, damage));
    }
  }
  std::fill(unit.into.begin() + static_cast<std::ptrdiff_t>(meant), unit.into.end(), std::byte{0});
}

/// Windows of compressed streams begin at a unit.
void read_compressed(const ByteSource& source, const StreamRef& stream, u64 offset,
                     MutableBytes into, MutableBytes scratch, LoadedWindow& window) {
  for (u64 done = 0; done < into.size(); done += stream.compression_unit) {
    const u64 length = std::min<u64>(stream.compression_unit, into.size() - done);
    read_unit(source, stream, {offset + done, into.subspan(done, length), scratch}, window);
  }
}

/// Windows of WOF streams begin at a chunk, and so do the pieces of a spooled window.
void read_wof(WofDecoder& decoder, const ByteSource& source, const WofRange& range,
              LoadedWindow& window) {
  WofGaps found = decoder.read(source, range);
  for (Gap& gap : found.gaps) {
    window.unreadable += gap.length;
    if (!window.gaps.empty() && window.gaps.back().offset + window.gaps.back().length == gap.offset)
      window.gaps.back().length += gap.length; // one gap for each chunk would be too many
    else
      window.gaps.push_back(std::move(gap));
  }
  window.undecodable += found.damaged_bytes;
  if (!found.damage.empty() && window.damage.empty())
    window.damage.push_back(std::move(found.damage));
}

/// The stored ranges, merged across small holes. Compressed streams are cut at units.
std::vector<Window> stored_windows(const StreamRef& stream) {
  const u64 unit = stream.encoding == Encoding::lznt1 ? stream.compression_unit : 1;
  const u64 end = std::min(stream.size, stream.initialized);
  std::vector<Window> windows;
  for (const Extent& extent : stream.extents) {
    if (!extent.placed() || extent.stream_offset >= end) continue;
    const u64 from = extent.stream_offset / unit * unit;
    const u64 to = std::min(end, (extent.stream_offset + extent.length + unit - 1) / unit * unit);
    if (!windows.empty() && from <= windows.back().offset + windows.back().length + kMergeHoles)
      windows.back().length = to - windows.back().offset;
    else
      windows.push_back({from, to - from});
  }
  return windows;
}

/// Counts what no window covers, as zeros or as bytes without a known place.
void account_outside(const StreamRef& stream, WindowPlan& plan) {
  u64 at = 0;
  const auto outside = [&](u64 to) {
    const u64 known = std::min(to, stream.initialized);
    u64 missing = 0;
    if (known > at)
      for (const Extent& extent : slice_extents(stream.extents, at, known - at))
        if (extent.kind == Extent::Kind::missing) missing += extent.length;
    plan.missing += missing;
    plan.sparse += to - at - missing;
  };
  for (const Window& window : plan.windows) {
    outside(window.offset);
    at = window.offset + window.length;
  }
  outside(stream.size);
}

/// The chunk table bounds how much a hostile size can cost: it must be stored on the volume.
WindowPlan plan_wof_windows(const StreamRef& stream) {
  const u64 placed = placed_bytes(stream.extents);
  WindowPlan plan;
  plan.damage = impossible_wof_table(stream, placed);
  if (!plan.damage.empty()) {
    plan.whole = false;
    plan.missing = stream.size;
    return plan;
  }
  plan.whole = stream.size <= kWofWindow || stream.size / kWofRatio <= placed;
  const u64 step = plan.whole ? stream.size : kWofWindow;
  for (u64 at = 0; at < stream.size; at += step)
    plan.windows.push_back({at, std::min(step, stream.size - at)});
  return plan;
}

/// $BadClus:$Bad is as long as the volume and has no content: its runs are clusters to avoid.
bool is_bad_cluster_map(const StreamRef& stream) {
  return stream.id.record == 8 && stream.name == "$Bad";
}

WindowPlan plan_content_windows(const StreamRef& stream) {
  if (stream.size == 0) // rules on names are evaluated on empty files, too
    return is_raw(stream.id.kind) ? WindowPlan{} : WindowPlan{{{0, 0}}, true, 0, 0};
  if (is_bad_cluster_map(stream)) return {{}, false, stream.size, 0};
  if (is_decoded_wof(stream.encoding)) return plan_wof_windows(stream);
  // A compressed unit holds as many bytes as an uncompressed one.
  const u64 unit = stream.encoding == Encoding::lznt1 ? stream.compression_unit : 1;
  u64 stored = 0;
  for (const Extent& extent : stream.extents)
    if (extent.placed()) stored = saturating_add(stored, (extent.length + unit - 1) / unit * unit);
  const bool mostly_holes =
      stream.size > saturating_add(saturating_add(stored, stored), kFreeHoles);
  if (!mostly_holes) return {{{0, stream.size}}, true, 0, 0};
  WindowPlan plan{stored_windows(stream), false, 0, 0};
  account_outside(stream, plan);
  return plan;
}

/// Cuts large windows. Each ends with the beginning of the next, so that a match across the cut
/// isn't lost.
void cut_windows(WindowPlan& plan) {
  std::vector<Window> cut;
  for (const Window& window : plan.windows) {
    if (window.length > kRawChunk + kRawOverlap) plan.whole = false;
    for (u64 at = 0; at < window.length;) {
      const u64 left = window.length - at;
      const u64 own = left <= kRawChunk + kRawOverlap ? left : kRawChunk;
      const u64 tail = std::min(left - own, kRawOverlap);
      cut.push_back({window.offset + at, own + tail, tail});
      at += own;
    }
  }
  plan.windows = std::move(cut);
}

} // namespace

WindowPlan plan_windows(const StreamRef& stream) {
  WindowPlan plan = plan_content_windows(stream);
  if (stream.shared_tail > 0) // it was cut before
    for (Window& window : plan.windows) window.shared_tail = stream.shared_tail;
  else if (stream.encoding == Encoding::plain &&
           (is_raw(stream.id.kind) || (stream.system && stream.size > kWholeSystem)))
    cut_windows(plan);
  return plan;
}

StreamReader::StreamReader(ByteBudget& budget, ContentLimits limits)
    : budget_(&budget), limits_(std::move(limits)) {}

void StreamReader::release() {
  spool_.reset();
  buffer_.shrink(limits_.kept);
  lease_ = {};
}

void StreamReader::read(const ByteSource& source, const StreamRef& stream, u64 offset,
                        MutableBytes into, LoadedWindow& loaded) {
  if (is_decoded_wof(stream.encoding))
    read_wof(wof_, source, {stream, offset, into}, loaded);
  else if (stream.encoding == Encoding::lznt1)
    read_compressed(source, stream, offset, into, unit_.take(stream.compression_unit), loaded);
  else
    read_plain(source, stream, offset, into, loaded);
}

LoadedWindow StreamReader::load(const ByteSource& source, const StreamRef& stream,
                                const Window& window) {
  release();
  LoadedWindow loaded;
  if (window.length == 0) return loaded;
  if (window.length <= limits_.in_memory) {
    lease_ = budget_->lease(saturating_subtract(window.length, limits_.kept));
    const MutableBytes into = buffer_.take(window.length);
    read(source, stream, window.offset, into, loaded);
    loaded.bytes = into;
    return loaded;
  }
  spool_.emplace(limits_.spool_folder, window.length);
  const u64 piece = std::max<u64>(kPiece, stream.compression_unit);
  for (u64 done = 0; done < window.length; done += piece) {
    const MutableBytes into = buffer_.take(std::min(piece, window.length - done));
    const u64 zeros_before = loaded.sparse + loaded.unreadable;
    read(source, stream, window.offset + done, into, loaded);
    const u64 zeros = loaded.sparse + loaded.unreadable - zeros_before;
    if (zeros < into.size()) spool_->write(done, into); // holes stay holes
  }
  loaded.bytes = spool_->map();
  return loaded;
}

ByteView StreamPieces::next(u64 overlap) {
  const u64 length =
      std::min<u64>(std::max<u64>(kCached, stream_.compression_unit), window_.length - done_);
  if (length == 0) return {};
  const u64 kept = std::min<u64>(overlap, last_.size());
  if (last_.empty())
    reader_.lease_ = reader_.budget_->lease(saturating_subtract(2 * length, reader_.limits_.kept));
  const std::vector<std::byte> tail(last_.end() - static_cast<std::ptrdiff_t>(kept), last_.end());
  const MutableBytes piece = reader_.buffer_.take(kept + length);
  std::copy(tail.begin(), tail.end(), piece.begin());
  reader_.read(source_, stream_, window_.offset + done_, piece.subspan(kept), so_far_);
  done_ += length;
  return last_ = piece;
}

std::optional<u64> media_offset(const ByteSource& source, const StreamRef& stream, u64 offset,
                                u64 length) {
  if (!is_read_as_stored(stream.encoding) || length == 0 ||
      !fits(offset, length, stream.initialized))
    return std::nullopt;
  const std::vector<Extent> extents = slice_extents(stream.extents, offset, length);
  const bool as_stored =
      !extents.empty() && std::all_of(extents.begin(), extents.end(), [](const Extent& extent) {
        return extent.kind == Extent::Kind::stored;
      });
  return as_stored ? source.media_offset(extents.front().source_offset) : std::nullopt;
}

} // namespace coldsweep
