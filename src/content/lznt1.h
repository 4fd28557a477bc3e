// SPDX-License-Identifier: Apache-2.0
// LZNT1, the compression of NTFS. Format: MS-XCA 2.5.
#pragma once

#include "base/types.h"

namespace coldsweep {

/// Decompresses one compression unit into `into` and zeroes what the data does not reach. Any thread. Throws
/// FormatError naming the offset in `compressed` where the data breaks off or refers to bytes that are not there;
/// `into` then holds what could be decompressed before that, and zeros.
void decompress_lznt1(ByteView compressed, MutableBytes into);

} // namespace coldsweep
