// SPDX-License-Identifier: Apache-2.0
// What both directions of the outcome's CBOR share, and the check before hostile CBOR goes to the library.
// Private to manifest/. Pure functions, any thread.
#pragma once

#include "base/types.h"

#include <string_view>

namespace coldsweep {

/// Of the form in which outcomes are written.
inline constexpr u64 kOutcomeVersion = 6;

/// Throws FormatError unless the bytes are one item made only of integers, texts, arrays, maps,
/// booleans and null, all of definite length, no deeper than an outcome is, with no container that
/// claims more than the bytes can hold. (nlohmann's reader recurses into nested items and chunked
/// texts as deep as the bytes say.)
void require_plain_cbor(std::string_view bytes);

} // namespace coldsweep
