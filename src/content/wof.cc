// SPDX-License-Identifier: Apache-2.0
#include "content/wof.h"

#include "base/checked.h"
#include "base/endian.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kBatch = 256; // chunks whose ends are read at once
constexpr std::size_t kStoredBytes = 512_KiB;

struct ChunkTable {
  u64 chunks, entry, bytes;
};

ChunkTable table_of(const StreamRef& stream) {
  const u64 chunk_size = stream.compression_unit;
  const u64 chunks = stream.size / chunk_size + (stream.size % chunk_size != 0 ? 1 : 0);
  const u64 entry = stream.size < 4_GiB ? 4 : 8;
  return {chunks, entry, saturating_subtract(chunks, 1) * entry};
}

bool overlaps(const Gap& gap, u64 begin, u64 end) {
  return gap.offset < end && begin < gap.offset + gap.length;
}

void zero(MutableBytes bytes) { std::fill(bytes.begin(), bytes.end(), std::byte{0}); }

void add_gap(std::vector<Gap>& gaps, u64 offset, u64 length, const std::string& message) {
  if (!gaps.empty() && gaps.back().offset + gaps.back().length == offset)
    gaps.back().length += length;
  else
    gaps.push_back({offset, length, message});
}

} // namespace

/// The place of a chunk among the stored ones, and of what it decompresses to.
struct WofDecoder::Chunk {
  u64 begin = 0, end = 0;
  u64 offset = 0; ///< in the stream
  MutableBytes into;
};

struct WofDecoder::Reading {
  const ByteSource& source;
  const WofRange& range;
  ChunkTable table;
  WofGaps found;

  void unreadable(const Chunk& chunk, const std::string& why) {
    zero(chunk.into);
    add_gap(found.gaps, chunk.offset, chunk.into.size(), why);
  }
  void damaged(const Chunk& chunk, const std::string& why) {
    const u64 number = chunk.offset / range.stream.compression_unit;
    if (found.damage.empty())
      found.damage =
          fmt::format("WOF chunk {} at offset {}, stored at {}-{} of {}: {}", number, chunk.offset,
                      saturating_add(table.bytes, chunk.begin),
                      saturating_add(table.bytes, chunk.end), range.stream.stored_size, why);
    found.damaged_bytes += chunk.into.size();
    unreadable(chunk, "a WOF chunk that can't be decompressed");
  }
};

std::string impossible_wof_table(const StreamRef& stream, u64 placed) {
  const ChunkTable table = table_of(stream);
  if (stream.stored_size == 0)
    return fmt::format("{} bytes compressed by WOF, but there is no stream WofCompressedData, or "
                       "it is empty",
                       stream.size);
  if (table.bytes >= stream.stored_size || table.bytes > placed)
    return fmt::format("WOF: the table of {} chunks takes {} bytes, WofCompressedData has {}, of "
                       "which {} are stored",
                       table.chunks, table.bytes, stream.stored_size, placed);
  return "";
}

WofGaps WofDecoder::read(const ByteSource& source, const WofRange& range) {
  const u64 chunk_size = range.stream.compression_unit;
  Reading reading{source, range, table_of(range.stream), {}};
  table_.resize((kBatch + 1) * 8);
  stored_.resize(kStoredBytes);
  const u64 first = range.offset / chunk_size,
            count = (range.into.size() + chunk_size - 1) / chunk_size;
  for (u64 done = 0; done < count; done += kBatch)
    read_batch(reading, first + done,
               static_cast<std::size_t>(std::min<u64>(kBatch, count - done)));
  return std::move(reading.found);
}

/// Entry i of the table says where chunk i ends; the last chunk ends with the stream.
void WofDecoder::read_batch(Reading& reading, u64 first, std::size_t count) {
  const WofRange& range = reading.range;
  const ChunkTable& table = reading.table;
  const u64 chunk_size = range.stream.compression_unit;
  const u64 all = range.stream.stored_size - table.bytes;
  const u64 from = first == 0 ? 0 : first - 1, to = std::min(first + count, table.chunks - 1);
  const MutableBytes entries =
      MutableBytes(table_).first(saturating_subtract(to, from) * table.entry);
  const std::vector<Gap> unread =
      read_extents(reading.source, range.stream.extents, from * table.entry, entries);
  const auto end_of = [&](u64 chunk) {
    const u64 at = (chunk - from) * table.entry;
    return table.entry == 4 ? u64{*little<u32>(entries, at)} : *little<u64>(entries, at);
  };

  std::vector<Chunk> adjacent; // consecutive chunks that can be read at once
  const auto flush = [&] {
    if (!adjacent.empty()) read_stored(reading, adjacent);
    adjacent.clear();
  };
  for (u64 number = first; number < first + count; ++number) {
    const u64 within = number * chunk_size - range.offset;
    Chunk chunk{number == 0 ? 0 : end_of(number - 1),
                number + 1 < table.chunks ? end_of(number) : all, number * chunk_size,
                range.into.subspan(within, std::min(chunk_size, range.into.size() - within))};
    const u64 entry = saturating_subtract(number, 1) * table.entry;
    const auto gap = std::find_if(unread.begin(), unread.end(), [&](const Gap& g) {
      return overlaps(g, entry, std::min((number + 1) * table.entry, table.bytes));
    });
    const bool possible =
        chunk.begin < chunk.end && chunk.end <= all && chunk.end - chunk.begin <= chunk.into.size();
    if (gap != unread.end() || !possible) {
      flush();
      if (gap != unread.end())
        reading.unreadable(chunk, gap->message);
      else
        reading.damaged(chunk, fmt::format("{} bytes at most expected", chunk.into.size()));
      continue;
    }
    if (!adjacent.empty() && chunk.end - adjacent.front().begin > kStoredBytes) flush();
    adjacent.push_back(chunk);
  }
  flush();
}

void WofDecoder::read_stored(Reading& reading, std::span<const Chunk> adjacent) {
  const u64 begin = adjacent.front().begin;
  const MutableBytes stored = MutableBytes(stored_).first(adjacent.back().end - begin);
  const StreamRef& stream = reading.range.stream;
  std::vector<Gap> gaps =
      read_extents(reading.source, stream.extents, reading.table.bytes + begin, stored);
  for (Gap& gap : gaps) gap.offset -= reading.table.bytes;
  for (const Chunk& chunk : adjacent) {
    const ByteView bytes = stored.subspan(chunk.begin - begin, chunk.end - chunk.begin);
    const bool raw = bytes.size() == chunk.into.size();
    if (raw) std::memcpy(chunk.into.data(), bytes.data(), bytes.size());
    bool whole = true;
    for (const Gap& gap : gaps) {
      if (!overlaps(gap, chunk.begin, chunk.end)) continue;
      whole = false;
      if (!raw) {
        reading.unreadable(chunk, gap.message);
        break;
      }
      const u64 from = std::max(gap.offset, chunk.begin);
      const u64 to = std::min(gap.offset + gap.length, chunk.end);
      add_gap(reading.found.gaps, chunk.offset + (from - chunk.begin), to - from, gap.message);
    }
    if (whole && !raw) decode(reading, chunk, bytes);
  }
}

void WofDecoder::decode(Reading& reading, const Chunk& chunk, ByteView stored) {
  try {
    if (reading.range.stream.encoding == Encoding::wof_lzx)
      lzx_.decompress(stored, chunk.into);
    else
      xpress_.decompress(stored, chunk.into);
  } catch (const FormatError& e) {
    // Half a chunk would be scanned as if it were the file.
    reading.damaged(chunk, e.what());
  }
}

} // namespace coldsweep
