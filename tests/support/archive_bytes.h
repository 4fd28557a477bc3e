// SPDX-License-Identifier: Apache-2.0
// What archives that tests put together byte by byte are made of. Any thread.
#pragma once

#include "base/types.h"

#include <string>
#include <string_view>

namespace coldsweep::test {

/// The lowest bytes of `value`, the lowest first.
std::string little_endian(u64 value, unsigned bytes);

/// RFC 1952, 8. Not the product's.
u32 crc32_of(std::string_view bytes);

} // namespace coldsweep::test
