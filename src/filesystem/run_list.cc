// SPDX-License-Identifier: Apache-2.0
#include "filesystem/run_list.h"

#include "base/checked.h"
#include "base/endian.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kMostClusters = u64{1} << 53;

u64 unsigned_of(ByteView bytes) {
  u64 value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = (value << 8) | std::to_integer<u64>(bytes[i]);
  return value;
}

i64 signed_of(ByteView bytes) {
  const u64 value = unsigned_of(bytes);
  const u64 sign = bytes.size() < 8 ? u64{1} << (bytes.size() * 8 - 1) : 0;
  return static_cast<i64>(sign != 0 ? (value ^ sign) - sign : value);
}

} // namespace

RunList decode_runs(ByteView bytes) {
  RunList list;
  u64 vcn = 0;
  i64 lcn = 0;
  std::size_t at = 0;
  const auto stop = [&](const char* why) {
    list.problem = fmt::format("data run at byte {} of the run list: {}", at, why);
    return list;
  };
  while (at < bytes.size() && bytes[at] != std::byte{0}) {
    const unsigned header = std::to_integer<unsigned>(bytes[at]);
    const unsigned length_bytes = header & 15, offset_bytes = header >> 4;
    if (length_bytes == 0 || length_bytes > 8 || offset_bytes > 8)
      return stop("impossible field sizes");
    const std::optional<ByteView> length_field = slice(bytes, at + 1, length_bytes);
    const std::optional<ByteView> offset_field = slice(bytes, at + 1 + length_bytes, offset_bytes);
    if (!length_field || !offset_field) return stop("cut off by the end of the attribute");
    const u64 length = unsigned_of(*length_field);
    if (length == 0 || length > kMostClusters || vcn > kMostClusters)
      return stop("impossible length");

    DataRun run{vcn, length, std::nullopt};
    if (offset_bytes > 0) {
      const i64 delta = signed_of(*offset_field);
      const std::optional<i64> next = checked_add(lcn, delta);
      if (!next) return stop("impossible cluster");
      lcn = *next;
      // NTFS 1.x marks a hole with cluster -1.
      if (!(lcn == -1 && delta == -1)) {
        if (lcn < 0) return stop("negative cluster");
        run.lcn = static_cast<u64>(lcn);
      }
    }
    list.runs.push_back(run);
    vcn += length;
    at += 1 + length_bytes + offset_bytes;
  }
  return list;
}

} // namespace coldsweep
