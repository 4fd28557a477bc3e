// SPDX-License-Identifier: Apache-2.0
#include "filesystem/index_blocks.h"

#include "base/endian.h"
#include "filesystem/extents.h"
#include "filesystem/update_sequence.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr u64 kNodeHeader = 24; // offsets and lengths of entries are relative to this

bool is_set(ByteView bitmap, u64 bit) {
  return bit / 8 >= bitmap.size() ||
         (std::to_integer<unsigned>(bitmap[bit / 8]) >> (bit % 8) & 1) != 0;
}

bool continues(const IndexSlack& zeros, const IndexSlack& next) {
  return zeros.zeros && zeros.offset + zeros.length == next.offset;
}

IndexSlack slack_of(MutableBytes block, u64 offset, bool in_use) {
  IndexSlack slack{offset, block.size(), offset, 0, false, {}};
  if (has_at(block, 0, "INDX")) {
    std::vector<std::string> problems; // a torn block is searched all the same
    slack.array_offset = undo_update_sequence(block, problems);
    const u64 used = kNodeHeader + little<u32>(block, kNodeHeader + 4).value_or(0);
    if (in_use && used <= block.size()) {
      slack.offset += used;
      slack.length -= used;
    }
  }
  const ByteView rest = ByteView(block).subspan(slack.offset - offset);
  slack.zeros = is_zero(rest);
  if (!slack.zeros) slack.names = names_in_index_slack(rest, slack.offset - offset);
  return slack;
}

} // namespace

std::vector<IndexSlack> index_slack(const ByteSource& volume, std::span<const Extent> extents,
                                    u64 size, u32 block_size, ByteView bitmap) {
  std::vector<IndexSlack> found;
  std::vector<std::byte> block(block_size);
  u64 placed = 0; // the size may be hostile: only stored blocks are read
  for (const Extent& extent : extents) {
    if (extent.kind != Extent::Kind::stored) continue;
    const u64 first = std::max(placed, extent.stream_offset / block_size);
    const u64 last = std::min(size / block_size,
                              (extent.stream_offset + extent.length + block_size - 1) / block_size);
    for (u64 number = first; number < last; ++number) {
      const u64 offset = number * block_size;
      if (!read_extents(volume, extents, offset, block).empty()) continue;
      IndexSlack slack = slack_of(block, offset, is_set(bitmap, number));
      if (slack.length == 0) continue;
      if (slack.zeros && slack.offset == offset && !found.empty() && continues(found.back(), slack))
        found.back().length += slack.length; // an index of zeros may be as long as the volume
      else
        found.push_back(std::move(slack));
    }
    placed = std::max(placed, last);
  }
  return found;
}

std::vector<Extent> place_index_slack(const std::vector<IndexSlack>& slack,
                                      std::span<const Extent> extents, u64 size) {
  std::vector<Extent> placed;
  u64 at = 0;
  const auto zeros_until = [&](u64 to) {
    if (to > at) placed.push_back({at, 0, to - at, Extent::Kind::sparse});
    at = std::max(at, to);
  };
  for (const IndexSlack& rest : slack) {
    if (rest.zeros) continue;
    zeros_until(rest.offset);
    for (Extent extent : place_updated(rest.array_offset, rest.offset - rest.block, rest.length,
                                       [&](u64 offset, u64 length) {
                                         return slice_extents(extents, rest.block + offset, length);
                                       })) {
      extent.stream_offset += rest.offset;
      placed.push_back(extent);
    }
    at = rest.offset + rest.length;
  }
  zeros_until(size);
  return placed;
}

} // namespace coldsweep
