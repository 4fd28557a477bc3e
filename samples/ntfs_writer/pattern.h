// SPDX-License-Identifier: Apache-2.0
// Bytes generated from a kind and a seed, at any offset. A recipe describes a file of gigabytes in
// one line, and a test knows what any part of it must be. Pure functions; header only, since the
// writer and the tests are separate programs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>

namespace coldsweep::recipe {

enum class Pattern : std::uint8_t { random, text, zeros };

constexpr std::string_view name_of(Pattern kind) {
  return kind == Pattern::random ? "random" : kind == Pattern::text ? "text" : "zeros";
}

/// The mixing function of SplitMix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

inline constexpr std::size_t kTextLine = 64;

/// Fills `into` with the pattern's bytes from `offset`. Text is lines of 64 bytes that differ only
/// in their number.
inline void fill_pattern(Pattern kind, std::uint64_t seed, std::uint64_t offset,
                         std::span<std::byte> into) {
  if (kind == Pattern::zeros) {
    std::fill(into.begin(), into.end(), std::byte{0});
    return;
  }
  const std::size_t unit = kind == Pattern::random ? 8 : kTextLine;
  for (std::size_t done = 0; done < into.size();) {
    const std::uint64_t number = (offset + done) / unit;
    const std::size_t within = static_cast<std::size_t>((offset + done) % unit);
    char block[kTextLine + 1];
    if (kind == Pattern::random) {
      const std::uint64_t word = mixed(mixed(seed) ^ number);
      for (std::size_t i = 0; i < 8; ++i) block[i] = static_cast<char>(word >> (8 * i));
    } else {
      std::snprintf(block, sizeof block, "line %012llu of text %012llu: nothing to see here...\r\n",
                    static_cast<unsigned long long>(number % 1'000'000'000'000u),
                    static_cast<unsigned long long>(seed % 1'000'000'000'000u));
    }
    const std::size_t count = std::min(unit - within, into.size() - done);
    for (std::size_t i = 0; i < count; ++i)
      into[done + i] = static_cast<std::byte>(block[within + i]);
    done += count;
  }
}

} // namespace coldsweep::recipe
