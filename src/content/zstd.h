// SPDX-License-Identifier: Apache-2.0
// Zstandard streams -> bytes, by libarchive. It gives up all that it has decompressed since it last
// returned something, 128 KiB; this gets it back block by block. Any thread. Private to content/.
#pragma once

#include "base/deadline.h"
#include "content/decompress.h"

namespace coldsweep {

/// Decodes all frames at the start of `from`. Delivers what comes before a cut or damage, up to the
/// last whole block. `consumed` is where the frames end, or break off.
Decoded decode_zstd(ByteView from, const Deadline& deadline, const TakeBytes& take);

} // namespace coldsweep
