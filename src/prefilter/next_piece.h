// SPDX-License-Identifier: Apache-2.0
// Content that comes piece by piece, because it is too large to hold.
#pragma once

#include "base/types.h"

#include <functional>

namespace coldsweep {

/// Returns the next piece. It begins with the last `overlap` bytes of the piece before, or with all
/// of that piece if it is shorter. Empty at the end. Valid until the next call.
using NextPiece = std::function<ByteView(u64 overlap)>;

} // namespace coldsweep
