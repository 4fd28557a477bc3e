// SPDX-License-Identifier: Apache-2.0
// What rechecking says about one finding. Plain values.
#pragma once

#include "base/types.h"

#include <string>

namespace coldsweep {

enum class Recheck : u8 {
  confirmed,
  differs,
  not_checkable, ///< none of it is on the media as it was scanned, or the check came to a limit
};

struct Rechecked {
  Recheck verdict = Recheck::confirmed;
  /// What differs, or why it can't be checked; if it was confirmed only in part, what wasn't
  /// checked.
  std::string why;
};

} // namespace coldsweep
