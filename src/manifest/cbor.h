// SPDX-License-Identifier: Apache-2.0
// What encoding and decoding of outcomes share, and the check that hostile CBOR must pass before
// the library sees it. Private to manifest/. Pure functions, any thread.
#pragma once

#include "base/types.h"

#include <string_view>

namespace coldsweep {

/// The version of the format in which outcomes are written.
inline constexpr u64 kOutcomeVersion = 7;

/// Throws FormatError unless the bytes are exactly one item, built from integers, texts, arrays,
/// maps, booleans and null. All lengths must be definite, the nesting no deeper than that of an
/// outcome, and no container may claim more than the bytes can hold. (nlohmann's reader recurses
/// into nested items and chunked texts as deep as the bytes say.)
void require_plain_cbor(std::string_view bytes);

} // namespace coldsweep
