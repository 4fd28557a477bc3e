// SPDX-License-Identifier: Apache-2.0
// Arithmetic on numbers read from evidence: every result is either exact or absent.
#pragma once

#include "base/types.h"

#include <concepts>
#include <limits>
#include <optional>

namespace coldsweep {

template <std::integral T> constexpr std::optional<T> checked_add(T a, T b) {
  T result{};
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

template <std::integral T> constexpr std::optional<T> checked_multiply(T a, T b) {
  T result{};
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

/// Whether [offset, offset + length) lies within [0, size).
constexpr bool fits(u64 offset, u64 length, u64 size) {
  return offset <= size && length <= size - offset;
}

/// `a - b`, or 0 where that would be negative.
constexpr u64 saturating_subtract(u64 a, u64 b) { return a > b ? a - b : 0; }

/// `a + b`, or the largest value where that would overflow.
constexpr u64 saturating_add(u64 a, u64 b) {
  return checked_add(a, b).value_or(std::numeric_limits<u64>::max());
}

} // namespace coldsweep
