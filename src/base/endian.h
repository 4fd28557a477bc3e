// SPDX-License-Identifier: Apache-2.0
// Bounded reads of integers and signatures from on-disk structures. A field that is not within the
// view is absent.
#pragma once

#include "base/checked.h"

#include <algorithm>
#include <concepts>
#include <optional>

namespace coldsweep {

/// The little-endian integer at `offset`.
template <std::unsigned_integral T> std::optional<T> little(ByteView view, u64 offset) {
  if (!fits(offset, sizeof(T), view.size())) return std::nullopt;
  T value{};
  for (std::size_t i = sizeof(T); i-- > 0;)
    value = static_cast<T>((static_cast<u64>(value) << 8) | std::to_integer<u64>(view[offset + i]));
  return value;
}

/// The big-endian integer at `offset`.
template <std::unsigned_integral T> std::optional<T> big(ByteView view, u64 offset) {
  if (!fits(offset, sizeof(T), view.size())) return std::nullopt;
  T value{};
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>((static_cast<u64>(value) << 8) | std::to_integer<u64>(view[offset + i]));
  return value;
}

/// `length` bytes from `offset`.
inline std::optional<ByteView> slice(ByteView view, u64 offset, u64 length) {
  if (!fits(offset, length, view.size())) return std::nullopt;
  return view.subspan(offset, length);
}

/// Whether `mark` is at `offset`.
inline bool has_at(ByteView view, u64 offset, std::string_view mark) {
  const std::optional<ByteView> part = slice(view, offset, mark.size());
  return part && chars_of(*part) == mark;
}

inline bool is_zero(ByteView view) {
  return std::all_of(view.begin(), view.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

} // namespace coldsweep
