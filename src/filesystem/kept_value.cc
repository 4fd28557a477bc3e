// SPDX-License-Identifier: Apache-2.0
#include "filesystem/kept_value.h"

#include "base/checked.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr u64 kReadsOfVolume = 4, kSpare = 64_MiB;

} // namespace

ReadAllowance::ReadAllowance(u64 volume_bytes)
    : left_(saturating_add(checked_multiply(volume_bytes, kReadsOfVolume).value_or(volume_bytes),
                           kSpare)) {}

bool ReadAllowance::take(u64 bytes) {
  if (bytes > left_) {
    ++refused_;
    return false;
  }
  left_ -= bytes;
  return true;
}

KeptValue::KeptValue(const Attribute& attribute, u64 limit) {
  if (attribute.resident) {
    const ByteView value = attribute.value.first(std::min<u64>(attribute.value.size(), limit));
    resident_.assign(value.begin(), value.end());
    return;
  }
  runs_ = {attribute.first_vcn, decode_runs(attribute.runs)};
  size_ = std::min(attribute.size, limit);
}

std::optional<std::vector<std::byte>> KeptValue::read(const ByteSource& volume,
                                                      const NtfsGeometry& geometry,
                                                      ReadAllowance& allowance) const {
  if (size_ == 0) return resident_;
  const BuiltExtents built = build_extents({runs_}, geometry, size_);
  u64 length = 0; // sizes the allocation by what has a place, not by what is claimed
  for (const Extent& extent : built.extents) {
    if (extent.kind == Extent::Kind::missing) break;
    length = extent.stream_offset + extent.length;
  }
  if (!allowance.take(length)) return std::nullopt;
  std::vector<std::byte> value(length);
  read_extents(volume, built.extents, 0, value);
  return value;
}

} // namespace coldsweep
