// SPDX-License-Identifier: Apache-2.0
// Short names for the integers and byte views used everywhere. A view never owns its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace coldsweep {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

using ByteView = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// The bytes of a text, without a terminating zero.
inline ByteView bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// The same bytes as characters.
inline std::string_view chars_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline namespace literals {
constexpr u64 operator""_KiB(unsigned long long n) { return n << 10; }
constexpr u64 operator""_MiB(unsigned long long n) { return n << 20; }
constexpr u64 operator""_GiB(unsigned long long n) { return n << 30; }
} // namespace literals

} // namespace coldsweep
