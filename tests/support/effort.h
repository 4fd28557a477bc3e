// SPDX-License-Identifier: Apache-2.0
// How much of a long test to run: only a part under sanitizers, which slow everything down several
// times.
#pragma once

#include "base/types.h"

#include <algorithm>

namespace coldsweep::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// `usual` rounds of a property, or a `share`th of them under sanitizers.
constexpr u64 rounds(u64 usual, u64 share = 8) {
  return kSanitized ? std::max<u64>(1, usual / share) : usual;
}

} // namespace coldsweep::test
