// SPDX-License-Identifier: Apache-2.0
// The CRC-32 of gzip, zip, 7z and RAR (RFC 1952, 8). Private to content/. Any thread.
#pragma once

#include "base/types.h"

#include <zlib.h>

namespace coldsweep {

/// Of `bytes`, or of all that `so_far` is the CRC-32 of, and then `bytes`.
inline u32 crc32_of(ByteView bytes, u32 so_far = 0) {
  return static_cast<u32>(
      crc32_z(so_far, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace coldsweep
