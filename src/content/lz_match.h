// SPDX-License-Identifier: Apache-2.0
// The step that all LZ77 decoders share: repeating earlier bytes of the output.
#pragma once

#include "base/types.h"

#include <cstring>

namespace coldsweep {

/// Writes `length` bytes at `at`, each a copy of the one `distance` bytes before it. The caller has
/// checked that 1 <= distance <= at and that `length` bytes fit.
inline void copy_match(MutableBytes out, std::size_t at, std::size_t distance, std::size_t length) {
  constexpr std::size_t kWord = 8;
  std::byte* to = out.data() + at;
  const std::byte* from = to - distance;
  if (distance >= kWord && out.size() - at >= length + kWord) {
    // A word at a time. What it writes past the match is within `out` and is overwritten later.
    for (std::size_t done = 0; done < length; done += kWord)
      std::memcpy(to + done, from + done, kWord);
    return;
  }
  if (distance == 1) {
    std::memset(to, std::to_integer<int>(*from), length);
    return;
  }
  for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
}

} // namespace coldsweep
