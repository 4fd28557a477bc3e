// SPDX-License-Identifier: Apache-2.0
#include "filesystem/kept_value.h"

#include "base/checked.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr u64 kReadsOfVolume = 4, kSpare = 64_MiB;

u64 length_of(const std::vector<Extent>& extents) {
  return extents.empty() ? 0 : extents.back().stream_offset + extents.back().length;
}

std::vector<std::byte> read_all(const ByteSource& volume, const std::vector<Extent>& extents) {
  std::vector<std::byte> value(length_of(extents));
  read_extents(volume, extents, 0, value);
  return value;
}

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

/// Up to the first byte without a place: what sizes the allocation is not what the value claims.
std::vector<Extent> KeptValue::stored_extents(const NtfsGeometry& geometry) const {
  std::vector<Extent> extents = build_extents({runs_}, geometry, size_).extents;
  const auto missing = std::find_if(extents.begin(), extents.end(), [](const Extent& extent) {
    return extent.kind == Extent::Kind::missing;
  });
  extents.erase(missing, extents.end());
  return extents;
}

std::vector<std::byte> KeptValue::read(const ByteSource& volume,
                                       const NtfsGeometry& geometry) const {
  return size_ == 0 ? resident_ : read_all(volume, stored_extents(geometry));
}

std::optional<std::vector<std::byte>> KeptValue::read(const ByteSource& volume,
                                                      const NtfsGeometry& geometry,
                                                      ReadAllowance& allowance) const {
  if (size_ == 0) return resident_;
  const std::vector<Extent> extents = stored_extents(geometry);
  if (!allowance.take(length_of(extents))) return std::nullopt;
  return read_all(volume, extents);
}

} // namespace coldsweep
