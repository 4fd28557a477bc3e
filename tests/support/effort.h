// SPDX-License-Identifier: Apache-2.0
// How much of a long test to run: only a part under sanitizers, which slow everything down several
// times.
#pragma once

#include "base/types.h"
#include "support/this_build.h"

#include <algorithm>

namespace coldsweep::test {

/// `usual` rounds of a property, or a `share`th of them.
inline u64 rounds(u64 usual, u64 share = 8) {
  return kSanitized ? std::max<u64>(1, usual / share) : usual;
}

} // namespace coldsweep::test
