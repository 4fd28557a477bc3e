// SPDX-License-Identifier: Apache-2.0
// LZNT1, the compression of NTFS. Format: MS-XCA 2.5.
#pragma once

#include "base/types.h"

namespace coldsweep {

/// Decompresses one compression unit into `into` and zeroes what the data does not reach. Any
/// thread. Throws FormatError with the offset in `compressed` where the data ends early or refers
/// to bytes that don't exist; `into` then holds what was decompressed before that, and zeros.
void decompress_lznt1(ByteView compressed, MutableBytes into);

} // namespace coldsweep
